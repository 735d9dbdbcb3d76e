"""What an installation is made of: containers, bundles, updates, backups elsewhere."""
