"""Closed lists of words round a name that say what the name is. All folded (core.text.fold)."""

from __future__ import annotations

from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split("|"))


TYPE_WORDS: Final[dict[tuple[str, ...], str]] = {
    ("xã",): "xã", ("x",): "xã", ("phường",): "phường", ("p",): "phường", ("thị", "trấn"): "thị trấn",
    ("tt",): "thị trấn", ("đặc", "khu"): "đặc khu", ("huyện",): "huyện", ("h",): "huyện", ("quận",): "quận",
    ("q",): "quận", ("thị", "xã"): "thị xã", ("tx",): "thị xã", ("thành", "phố"): "thành phố", ("tp",): "thành phố",
    ("t", "p"): "thành phố", ("tỉnh",): "tỉnh", ("t",): "tỉnh", ("huyện", "ủy"): "huyện", ("thị", "ủy"): "thị xã",
    ("thành", "ủy"): "thành phố", ("tỉnh", "ủy"): "tỉnh", ("quận", "ủy"): "quận", ("huyện", "đoàn"): "huyện",
    ("thị", "đoàn"): "thị xã", ("thành", "đoàn"): "thành phố", ("tỉnh", "đoàn"): "tỉnh", ("cah",): "huyện",
    ("catx",): "thị xã", ("catp",): "thành phố", ("quận", "đoàn"): "quận", ("huyện", "đội"): "huyện",
    ("huyện", "đảo"): "huyện", ("xã", "đảo"): "xã", ("huyện", "lỵ"): "huyện",
}  # fmt: skip
"""Words before a name that give its type; one-letter ones only with a full stop ("H.Bình Sơn")."""

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
    "bãi tắm | bến | cao tốc | chung cư | chùa | chợ | cảng | cầu | cụm công nghiệp | dự án | ga | giáo xứ | "
    "hang | hòn | hồ | kcn | khu công nghiệp | khu du lịch | khu dân cư | khu tái định cư | khu đô thị | "
    "khách sạn | lâm trường | mỏ | nhà ga | nhà thờ | nông trường | núi | phố | rừng | suối | sông | thác | "
    "tháp | thủy điện | trạm | tòa nhà | vịnh | đèo | đình | đường | đảo | đập | đền | đỉnh | đồi | động"
)

COMPANY: Final = _set(
    "bia | bất động sản | chứng khoán | clb | cty | câu lạc bộ | công ty | cúp | cổ phiếu | cổ phần | cửa hàng | "
    "dn | doanh nghiệp | dược | gara | giải | gốm sứ | htx | hãng | hóa dầu | hóa đầu | hợp tác xã | lọc dầu | "
    "lọc hóa dầu | may | mtv | mỹ phẩm | ngân hàng | nhà hàng | nhà sách | nhà xe | nhựa | siêu thị | "
    "thép | thương hiệu | thương mại | thủy tinh | tnhh | tập đoàn | tổng công ty | vàng bạc | xe khách | "
    "xi măng | xây dựng | ô tô | ôtô | đầu tư | đội bóng"
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
    "biên giới | biên phòng | bv | bvđk | bà con | bệnh viện | bờ biển | chi cục | chợ | csgt | công an | "
    "cửa khẩu | gd&đt | gd-đt | gdđt | giáo dục và đào tạo | hđnd | hạt kiểm lâm | hải quan | "
    "hội đồng nhân dân | kho bạc | mttq | mặt trận tổ quốc | người dân | ngụ | nhân dân | phòng giáo dục | qua | "
    "quê | tand | thuộc | trung tâm | trung tâm y tế | trú | ttyt | tòa án | tại | từ | ubnd | viện kiểm sát | "
    "vksnd | vùng biên | vùng biển | về | đa khoa | điện lực | đảng ủy | đất | đến | địa bàn | đồn biên phòng | "
    "ở | ủy ban nhân dân"
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
