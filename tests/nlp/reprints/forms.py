"""Texts of one form filled with new figures each day: weather, gold, fuel, lottery, power cuts. No reprints."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Filled = tuple[str, str]


def _weather(day: int, r: Random) -> Filled:
    low, high = r.randint(21, 26), r.randint(30, 38)
    return f"Thời tiết hôm nay {day}/9: ngày nắng, chiều tối có mưa dông", (
        f"Dự báo ngày {day}/9, ven biển nhiều mây, có mưa rào vài nơi, gió đông nam cấp {r.randint(2, 4)}. "
        f"Nhiệt độ thấp nhất {low} đến {low + 2} độ, cao nhất {high} đến {high + 2} độ, độ ẩm {r.randint(55, 95)}%. "
        f"Vùng núi nhiệt độ thấp nhất {low - 2} độ, cao nhất {high - 1} độ. Lượng mưa phổ biến {r.randint(5, 60)} mm. "
        f"Sóng biển cao {r.randint(5, 25) / 10:g} m. Mực nước sông ở trạm là {r.randint(80, 300) / 100:g} m."
    )


def _gold(day: int, r: Random) -> Filled:
    buy = r.randint(11000, 13000)
    return f"Giá vàng hôm nay {day}/9", (
        f"Mở cửa phiên {day}/9, vàng miếng được niêm yết ở mức {buy / 100:g} triệu đồng một lượng mua vào và "
        f"{(buy + 150) / 100:g} triệu đồng bán ra, thay đổi {r.randint(100, 900)}.000 đồng so với hôm qua. Vàng nhẫn "
        f"quanh {(buy - r.randint(100, 400)) / 100:g} triệu đồng. Trên thị trường thế giới, giá giao ngay là "
        f"{r.randint(3200, 4200)} USD một ounce. Tỷ giá trung tâm ở mức {r.randint(25000, 25900)} đồng một USD."
    )


def _fuel(day: int, r: Random) -> Filled:
    return f"Giá xăng dầu ngày {day}/9", (
        f"Từ 15 giờ ngày {day}/9, xăng E5 có giá {r.randint(18500, 21900)} đồng một lít, xăng RON 95 "
        f"{r.randint(19100, 22900)} đồng, dầu diesel {r.randint(17100, 19900)} đồng, dầu hỏa {r.randint(17000, 19800)} "
        f"đồng, dầu mazut {r.randint(14000, 16900)} đồng một ký. Kỳ này liên bộ trích quỹ {r.randint(100, 600)} đồng "
        f"mỗi lít. Năm nay giá xăng đã qua {r.randint(22, 40)} lần điều chỉnh, trong đó {r.randint(10, 20)} lần tăng."
    )


def _lottery(day: int, r: Random) -> Filled:
    numbers = ", ".join(f"{r.randint(0, 99999):05d}" for _ in range(8))
    return f"Kết quả xổ số miền Trung ngày {day}/9", (
        f"Mở thưởng ngày {day}/9: giải đặc biệt {r.randint(0, 999999):06d}, giải nhất {r.randint(0, 99999):05d}, "
        f"các giải còn lại gồm {numbers}. Vé trúng giải đặc biệt được lĩnh 2 tỷ đồng trước thuế. Người trúng thưởng "
        "mang vé nguyên vẹn cùng giấy tờ đến đại lý hoặc trụ sở công ty trong thời hạn 30 ngày kể từ ngày mở thưởng."
    )


def _power(day: int, r: Random) -> Filled:
    places = ("Bình Chánh", "Bình Đông", "Bình Thuận", "Bình Trị", "Bình Hải", "Bình Hòa", "Bình Phước", "Bình Tân")
    rows = ". ".join(
        f"Từ {r.randint(5, 9)}h{r.choice(('00', '15', '30', '45'))} đến {r.randint(11, 17)}h{r.choice(('00', '30'))}: "
        f"{r.choice(places)}, trạm số {r.randint(100, 999)}, {r.randint(50, 900)} khách hàng"
        for _ in range(4)
    )
    return f"Lịch cúp điện ngày {day}/9", (
        f"Điện lực thông báo lịch ngừng cấp điện ngày {day}/9 để bảo trì lưới. {rows}. "
        "Khách hàng cần hỗ trợ xin gọi tổng đài. Trong thời gian ngừng cấp, đề nghị coi như lưới điện vẫn mang điện."
    )


FORMS: tuple[Callable[[int, Random], Filled], ...] = (_weather, _gold, _fuel, _lottery, _power)
