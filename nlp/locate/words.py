"""Closed lists of words round a name that say what the name is. All folded (core.text.fold)."""

from __future__ import annotations

from typing import Final

from core.text import fold_plain


def _set(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split("|"))


TYPE_WORDS: Final[dict[tuple[str, ...], str]] = {
    ("xã",): "xã", ("x",): "xã", ("phường",): "phường", ("p",): "phường", ("thị", "trấn"): "thị trấn",
    ("tt",): "thị trấn", ("đặc", "khu"): "đặc khu", ("huyện",): "huyện", ("h",): "huyện", ("quận",): "quận",
    ("q",): "quận", ("thị", "xã"): "thị xã", ("tx",): "thị xã", ("thành", "phố"): "thành phố", ("tp",): "thành phố",
    ("t", "p"): "thành phố", ("t", "x"): "thị xã", ("t", "t"): "thị trấn",
    ("tỉnh",): "tỉnh", ("t",): "tỉnh", ("huyện", "ủy"): "huyện", ("thị", "ủy"): "thị xã",
    ("thành", "ủy"): "thành phố", ("tỉnh", "ủy"): "tỉnh", ("quận", "ủy"): "quận", ("huyện", "đoàn"): "huyện",
    ("thị", "đoàn"): "thị xã", ("thành", "đoàn"): "thành phố", ("tỉnh", "đoàn"): "tỉnh", ("cah",): "huyện",
    ("catx",): "thị xã", ("catp",): "thành phố", ("quận", "đoàn"): "quận", ("huyện", "đội"): "huyện",
    ("huyện", "đảo"): "huyện", ("xã", "đảo"): "xã", ("huyện", "lỵ"): "huyện",
}  # fmt: skip
"""Words before a name that give its type; one-letter ones only with a full stop ("H.Bình Sơn")."""

ALL_TYPE_WORDS: Final = {tuple(map(fold_plain, words)): kind for words, kind in TYPE_WORDS.items()} | TYPE_WORDS
"""The same, and as capitals without diacritics have them."""

ENGLISH_TYPES: Final = {
    "district": "huyện", "province": "tỉnh", "commune": "xã", "ward": "phường", "township": "thị trấn",
    "town": "thị xã", "city": "thành phố",
}  # fmt: skip
"""After a name in texts without diacritics, as publishers in other languages write."""

DOTTED: Final = _set("h | p | q | t | x")

BETWEEN: Final = _set(
    "biên | biển | bằng | cao | cũ | cận | du | giáp | giới | lân | miền | mới | nghèo | ngoại | nông | núi | "
    "ranh | rẻo | sâu | thành | thôn | trung | ven | vùng | xa | đảo | đồng"
)
"""Words that may stand between type and name: "huyện biên giới Quế Phong"."""

HAMLET: Final = _set(
    "buôn | bản | khu phố | khóm | kp | làng | plei | sóc | tdp | thôn | tiểu khu | tổ dân phố | xóm | đội | ấp"
)

FEATURE: Final = _set(
    "sân bay | cảng hàng không | cảng hkqt | hkqt | nghĩa trang | công viên | quảng trường | học viện | "
    "cao tốc | chung cư | chùa | cầu | dự án | giáo xứ | hòn | khách sạn | nhà thờ | núi | phố | sông | tháp | "
    "tòa nhà | đình | đường | đảo | đền | đỉnh"
)
"""What is named after a place or a person and may stand anywhere."""

SITE: Final = _set(
    "bãi tắm | bến | chợ | cảng | cụm công nghiệp | ga | hang | hồ | kcn | khu công nghiệp | khu du lịch | "
    "khu dân cư | khu tái định cư | khu đô thị | lâm trường | mỏ | nhà ga | nông trường | rừng | suối | thác | "
    "thủy điện | trạm | vịnh | đèo | đập | đồi | động"
)
"""What is mostly named after the place it lies in."""

COMPANY: Final = _set(
    "hđqt | tgđ | ceo | hội đồng quản trị | "
    "ban nhạc | bia | bất động sản | chứng khoán | clb | cty | cà phê | câu lạc bộ | công ty | cúp | "
    "cổ phiếu | cổ phần | cửa hàng | dn | doanh nghiệp | dược | gara | giải | gốm sứ | homestay | htx | hãng | "
    "hóa dầu | hóa đầu | hợp tác xã | lọc dầu | lọc hóa dầu | may | mtv | mỹ phẩm | ngân hàng | nhà hàng | "
    "nhà sách | nhà xe | nhóm nhạc | nhựa | quỹ | resort | showroom | siêu thị | thép | thương hiệu | "
    "thương mại | thủy tinh | tnhh | tập đoàn | tổng công ty | vàng bạc | xe khách | xi măng | xây dựng | "
    "ô tô | ôtô | đầu tư | đội bóng"
)

SCHOOL: Final = _set(
    "cao đẳng | dtnt | dân tộc nội trú | mầm non | mẫu giáo | nội trú | phổ thông | pt | ptdtnt | ptth | thcs | "
    "thpt | tiểu học | trung cấp | trung học | trường | đại học"
)

PAPER: Final = _set(
    "báo | bạn đọc | nguồn tin | nhà xuất bản | nxb | phóng viên | pv | theo | tòa soạn | tạp chí | tờ | "
    "đọc giả | độc giả"
)

PAPER_TALK: Final = _set(
    "chia sẻ với | cho biết với | khảo sát của | như | nói với | phỏng vấn | thông tin với | tin của | "
    "trao đổi với | trên | trước đó | trả lời | tìm hiểu của | với | xác nhận với | điều tra của | đăng trên"
)

NEWSPAPERS: Final = _set(
    "bình minh | công lý | dân việt | giao thông | giáo dục | lao động | nhân dân | quyết thắng | "
    "sài gòn giải phóng | thanh niên | thống nhất | tiền phong | tuổi trẻ | xây dựng | đại đoàn kết | độc lập"
)
"""Names of newspapers and brands that communes bear too. Beside them a bare name is no place."""

LOCATIVE: Final = _set("ở | tại | thuộc | từ | đến | về | qua | trên | quê | trú | ngụ | vào | ra | sang | tới")

ORDINARY: Final = _set(
    "đông nam | tây nam | đông bắc | tây bắc | quốc khánh | hạnh phúc | độc lập | tự do | thống nhất"
)
"""Directions, holidays and the like, written with capitals too."""

PERSON_TITLES: Final = _set(
    "anh | bà | bác | bé | bị can | bị cáo | bs | ca sĩ | cháu | chú | chị | chúa | cô | cụ | diễn viên | em | gs | "
    "nghệ sĩ | nhà báo | nhà thơ | nhà văn | nhạc sĩ | nghi phạm | ông | thiếu tướng | thầy | tiến sĩ | tác giả | ts | "
    "tướng | vua | đạo diễn | đồng chí | đối tượng | họa sĩ | nsnd | nsưt | vợ | chồng | nạn nhân"
)

SURNAMES: Final = _set(
    "bùi | cao | chu | châu | dương | hoàng | huỳnh | hà | hồ | hứa | kiều | lâm | lê | lò | lô | lý | lương | "
    "mai | nguyễn | ngô | phan | phùng | phạm | quách | thái | thị | triệu | trương | trần | trịnh | tô | tạ | "
    "tống | từ | vi | võ | văn | vũ | đinh | đoàn | đào | đặng | đỗ"
)

BODIES: Final = _set(
    "ban chqs | biên phòng | bv | bvđk | bảo hiểm xã hội | bệnh viện | bệnh viện đa khoa | chi cục | "
    "chi cục thuế | csgt | công an | gd&đt | gd-đt | gdđt | giáo dục và đào tạo | huyện đoàn | hđnd | "
    "hạt kiểm lâm | hải quan | hội đồng nhân dân | kho bạc | kiểm lâm | liên đoàn lao động | mttq | "
    "mặt trận tổ quốc | phòng gd&đt | phòng giáo dục | phòng văn hóa | tand | thanh tra | trung tâm y tế | "
    "trạm y tế | ttyt | tòa án | tòa án nhân dân | ubnd | viện kiểm sát | viện ksnd | vksnd | y tế | đa khoa | "
    "điện lực | đài truyền thanh | đảng ủy | đồn biên phòng | ủy ban nhân dân"
)
"""Public bodies: a bare name after them is the unit whose body it is."""

HOSPITAL: Final = _set("bệnh viện | bv | bvđk | đa khoa | bệnh viện đa khoa")

PLACE_WORDS: Final = _set(
    "biên giới | bà con | bờ biển | chợ | cửa khẩu | gần | huyện | khu vực | khỏi | lên | miền | người dân | "
    "ngụ | nhân dân | nông dân | phía | qua | quê | ra | rừng | sang | thuộc | trung tâm | trên | trú | tại | "
    "tới | từ | vào | vùng | vùng biên | vùng biển | về | xuống | xứ | đất | đến | địa bàn | ở"
)
"""Words after which a bare name is likely a place."""

FUNCTION: Final = _set(
    "ba | bên | chiều | cho | clip | các | cách | còn | cùng | cả | của | do | dân | dưới | giữa | gần | hai | "
    "hiện | khi | khu | là | miền | một | nay | ngoài | ngày | người | nhiều | như | những | nên | nếu | qua | "
    "riêng | sau | sáng | theo | tin | toàn | trong | trên | trưa | trước | tại | tối | từ | video | và | vì | "
    "vùng | về | với | vụ | xe | đêm | đến | đối | ảnh | ở"
)

SEPARATORS: Final = _set(
    "( | (cũ) | (cũ) - | (cũ), | (nay là | (nay thuộc | (thuộc | (trước là | (trước thuộc | (trước đây thuộc | "
    ") | ), | , | , nay là | , nay thuộc | , thuộc | , thuộc địa bàn | , và | , địa phận | ,của | - | - thuộc | "
    "/ | : | ; | cũ ( | cũ - | cũ, | của | thuộc | thuộc tỉnh | thuộc địa bàn | thuộc địa phận | trên địa bàn | "
    "trước đây thuộc | và | địa bàn | ở | – | —"
)
"""What may stand between a unit and the unit above it (or the next of a list)."""
