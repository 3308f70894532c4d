"""Invented names, in both scripts — e.g. "Kestrel Precision Ltd (invented)", 紅隼精密有限公司（虛構）.

Every one says of itself that it is invented, so that a picture of a page cannot be taken for a real award.
"""

FIRST = (
    ("Kestrel", "紅隼"),
    ("Banyan", "榕樹"),
    ("Lantern", "燈籠"),
    ("Granite", "花崗"),
    ("Typhoon", "颱風"),
    ("Egret", "白鷺"),
    ("Bauhinia Road", "紫荊道"),
    ("Stone Pier", "石碼頭"),
    ("Jade Wave", "碧波"),
    ("North Ferry", "北渡"),
    ("Red Kite", "赤鳶"),
    ("Long Tide", "長潮"),
)
TRADES = (
    ("Precision", "精密"),
    ("Biomedical", "生物醫療"),
    ("Foods", "食品"),
    ("Microelectronics", "微電子"),
    ("Textiles", "紡織"),
    ("New Materials", "新材料"),
)
UNIVERSITIES = (
    ("University of the Eastern Harbour", "東港大學", "UEH"),
    ("Institute University of Lion Hill", "獅山理工大學", "IULH"),
    ("Nine Bays University", "九灣大學", "NBU"),
    ("University of Silver Mine", "銀礦大學", "USM"),
    ("Peak Polytechnic University", "山頂科技大學", "PPU"),
    ("West Channel University", "西海峽大學", "WCU"),
)
PEOPLE = (
    ("Chan Wai-ming", "陳偉明"),
    ("Wong Mei-ling", "黃美玲"),
    ("Lee Chi-hang", "李志恆"),
    ("Cheung Siu-fan", "張小芬"),
    ("Lam Ka-yan", "林嘉欣"),
    ("Ho Tsz-kin", "何子健"),
    ("Ng Yuk-lan", "吳玉蘭"),
    ("Leung Kwok-wah", "梁國華"),
    ("Yip Man-yee", "葉敏儀"),
    ("Tsang Hoi-ching", "曾凱晴"),
    ("Mak Chun-yin", "麥俊賢"),
    ("Fung Wing-sze", "馮詠詩"),
    ("Kwok Pui-shan", "郭佩珊"),
    ("Tam Yat-long", "譚逸朗"),
    ("Siu Lai-kuen", "蕭麗娟"),
    ("Poon Ho-yin", "潘浩然"),
    ("Au Yeung Sum", "歐陽心"),
    ("Tse Pak-hei", "謝柏熙"),
)
# What a line makes, in both scripts: the case's title, and its sector in the form's own words.
LINES = (
    ("optical lenses", "光學鏡片", "foundation_industry"),
    ("sterile syringes", "無菌注射器", "biotechnology"),
    ("frozen dim sum", "急凍點心", "others"),
    ("power modules", "功率模組", "electrical_electronic"),
    ("recycled yarn", "再生紗線", "textile_clothing_footwear"),
    ("battery housings", "電池外殼", "environmental"),
    ("diagnostic strips", "診斷試紙", "biotechnology"),
    ("sensor boards", "感測電路板", "electrical_electronic"),
)
INVENTIONS = (
    ("a tissue scaffold for bone repair", "骨骼修復支架"),
    ("perovskite cells for façades", "幕牆鈣鈦礦電池"),
    ("a chip for low-power vision", "低功耗視覺晶片"),
    ("catalysts for green hydrogen", "綠氫催化劑"),
    ("a vaccine carrier stable at room temperature", "常溫穩定疫苗載體"),
    ("autonomous harbour inspection craft", "自主海港巡檢艇"),
)


def company(number: int) -> tuple[str, str]:
    """This will name the n-th invented company; the first 72 differ."""
    (first, first_zh), (trade, trade_zh) = FIRST[number % len(FIRST)], TRADES[number // len(FIRST) % len(TRADES)]
    return f"{first} {trade} Ltd (invented)", f"{first_zh}{trade_zh}有限公司（虛構）"


def university(number: int) -> tuple[str, str, str]:
    """This will name the n-th invented university, with its code."""
    name, name_zh, code = UNIVERSITIES[number % len(UNIVERSITIES)]
    return f"{name} (invented)", f"{name_zh}（虛構）", code


def person(number: int) -> tuple[str, str]:
    """This will name the n-th invented person; names repeat, as they do."""
    name, name_zh = PEOPLE[number % len(PEOPLE)]
    return f"{name} (invented)", f"{name_zh}（虛構）"
