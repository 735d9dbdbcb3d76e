"""Invented articles about Bình Sơn, for tests/fakes/reading.py."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.records import ReadArticle
from tests.fakes.reading import written


def articles(now: datetime) -> list[ReadArticle]:
    """Newest first: seven of today, three of the days before."""

    def ago(**time: float) -> datetime:
        return now - timedelta(**time)

    return [
        written(
            "mau-dan-sinh",
            "Mưa lớn gây sạt lở tuyến đường ven biển qua xã Bình Sơn, 40 hộ dân phải dời đi trong đêm",
            "Khoảng 200 m taluy dương trên tuyến ven biển sạt xuống lúc 2 giờ sáng. Chính quyền xã đã đưa 40 hộ dân "
            "tới trường học và nhà văn hóa thôn, chưa ghi nhận thiệt hại về người.",
            [
                "Theo báo cáo nhanh của Ban Chỉ huy Phòng thủ dân sự xã Bình Sơn, tỉnh Quảng Ngãi, mưa từ chiều tối "
                "hôm qua đến rạng sáng nay đạt 180 mm. Đất đá tràn xuống mặt đường khiến giao thông bị chia cắt.",
                "Lực lượng tại chỗ đã dựng rào chắn hai đầu đoạn sạt và hướng dẫn người dân đi theo tỉnh lộ. Dự kiến "
                "một làn đường được thông trước 16 giờ nếu trời ngớt mưa.",
                "Trạm y tế xã bố trí hai tổ trực tại nơi sơ tán, chuẩn bị nước sạch và thuốc cho người già, trẻ nhỏ.",
            ],
            ago(minutes=20),
            topics=[("disaster", ("sạt lở", "sơ tán", "mưa lớn")), ("transport_infrastructure", ("tuyến đường",))],
            tone="negative",
            captions=["Đoạn taluy sạt xuống tuyến đường ven biển, sáng nay."],
        ),
        written(
            "mau-dai",
            "Thêm 120 chỗ học cho trẻ mầm non ở Bình Sơn từ học kỳ tới",
            "Hai điểm trường vừa xây xong giúp phụ huynh làm ở khu công nghiệp không còn phải gửi con xa nhà.",
            [
                "Trường mầm non số 2 đưa vào sử dụng sáu phòng học mới, có bếp một chiều và sân chơi rộng 600 m2.",
                "Phòng Văn hóa - Xã hội xã Bình Sơn cho biết sẽ ưu tiên con công nhân và hộ cận nghèo.",
            ],
            ago(minutes=55),
            topics=[("education", ("mầm non", "phòng học", "học kỳ"))],
            tone="positive",
            revised_at=ago(minutes=12),
        ),
        written(
            "mau-kinh-te",
            "Nhà máy lọc dầu bảo dưỡng định kỳ 45 ngày, ba nghìn lao động thời vụ tới Vạn Tường",
            "Đợt bảo dưỡng lần này huy động nhiều nhà thầu trong nước; chủ nhà trọ quanh khu kinh tế đã kín phòng.",
            [
                "Công tác bảo dưỡng bắt đầu từ ngày mai và kéo dài 45 ngày.",
                "Công an các xã Vạn Tường và Bình Sơn hướng dẫn đăng ký tạm trú ngay tại cổng khu nhà ở công nhân.",
                "Các quán ăn quanh cảng Dung Quất mở thêm ca đêm để phục vụ thợ.",
            ],
            ago(hours=1, minutes=30),
            topics=[("economy", ("nhà máy", "nhà thầu")), ("labour_welfare", ("lao động thời vụ",))],
            because=("vì đứng cạnh đơn vị cùng địa bàn (Vạn Tường)",),
        ),
        written(
            "mau-mien-nui",
            "Nông dân Bình Sơn thu hoạch sớm 300 ha lúa trước đợt mưa",
            "Máy gặt chạy suốt hai ngày cuối tuần; giá lúa tươi giữ ở mức 7.200 đồng một ki-lô-gam.",
            ["Hợp tác xã Bình Sơn bao tiêu toàn bộ diện tích lúa giống theo hợp đồng ký từ đầu vụ."],
            ago(hours=2, minutes=5),
            topics=[("agriculture", ("lúa", "thu hoạch", "máy gặt"))],
        ),
        written(
            "mau-cong",
            "Lịch cắt nước tạm thời để đấu nối đường ống cấp nước liên xã",
            "Việc cắt nước kéo dài từ 22 giờ tới 4 giờ, người dân nên trữ nước trước.",
            ["Các thôn phía bắc xã Bình Sơn chịu ảnh hưởng trong đêm thứ hai của đợt thi công."],
            ago(hours=3),
            topics=[("public_services", ("cắt nước", "thông báo"))],
            doubtful=True,
        ),
        written(
            "mau-dan-sinh",
            "Dự báo miền Trung mưa to tới hết ngày mai, nhiều nơi trên 150 mm",
            "Vùng mưa dịch dần xuống phía nam; các hồ chứa được yêu cầu vận hành đúng quy trình.",
            [
                "Lượng mưa phổ biến 80-150 mm, có nơi trên 200 mm.",
                "Nguy cơ sạt lở cao tại Trà Bồng, Sơn Hà, Bình Sơn và Tư Nghĩa.",
            ],
            ago(hours=3, minutes=20),
            topics=[("weather", ("mưa to", "dự báo"))],
            tone="negative",
            focus=False,
            because=("vì bài có nhắc các xã, phường khác cùng địa bàn",),
        ),
        written(
            "mau-bien",
            "Giải bóng chuyền bãi biển các tỉnh duyên hải khởi tranh cuối tháng",
            "Mười hai đội dự giải, trong đó có ba đội trẻ lần đầu góp mặt.",
            ["Đội chủ nhà tập huấn tại sân Bình Sơn trước khi vào giải."],
            ago(hours=4),
            topics=[("sport", ("bóng chuyền", "giải"))],
            focus=False,
        ),
        written(
            "mau-mien-nui", "Bình Sơn tiêm nhắc vắc-xin sởi cho trẻ dưới năm tuổi",
            "Trạm y tế các xã mở thêm điểm tiêm vào sáng thứ Bảy.", ["Hơn 1.100 trẻ trong danh sách tiêm đợt này."],
            ago(days=1, hours=1), topics=[("health", ("vắc-xin", "tiêm", "trạm y tế"))],
        ),
        written(
            "mau-kinh-te", "Chợ đêm Bình Sơn mở lại sau sáu tháng sửa chữa",
            "Gần 90 gian hàng được sắp lại theo ngành, có lối thoát hiểm riêng.", ["Khách tới chợ tăng rõ rệt."],
            ago(days=1, hours=5), topics=[("economy", ("chợ", "gian hàng"))], tone="positive",
        ),
        written(
            "mau-dan-sinh", "Cảnh báo cuộc gọi giả nhân viên điện lực đòi tiền ở Bình Sơn",
            "Kẻ gian dọa cắt điện để ép chuyển khoản; ngành điện khẳng định không thu tiền qua điện thoại.",
            ["Ba gia đình ở xã Bình Sơn đã báo cho bộ phận một cửa."], ago(days=3),
            topics=[("scam_warning", ("giả nhân viên", "chuyển khoản"))], tone="negative",
        ),
    ]  # fmt: skip
