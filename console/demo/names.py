"""Names for customers whose own nobody may know: made up, in their language, different for as long as there are any."""

from __future__ import annotations

from console.contract.base import Language

_FIRST: dict[Language, str] = {
    "en": (
        "Ada Amir Anna Ben Bella Carl Chloe Dan Diana Emil Emma Femi Fiona George Grace Hugo Ines Ivan Jack Julia "
        "Kofi Lara Leo Lin Mara Max Mei Nina Noah Olga Omar Paula Quinn Rosa Sam Tara Uma Victor Wendy Zoe"
    ),
    "ar": (
        "أحمد آمنة باسم بشرى تامر جمال جميلة حسن حنان خالد خديجة دانة رامي رنا زياد زينب سارة سامي سلمى شريف "
        "شيماء طارق عادل عائشة علي عمر فاطمة فيصل كريم ليلى ماجد محمد مريم منى نادر نورة هادي هند وليد ياسمين"
    ),
    "tr": (
        "Ahmet Aslı Ayşe Barış Berk Burcu Can Cem Ceren Deniz Ece Elif Emre Esra Fatma Gizem Hakan Hande İpek Kaan "
        "Kemal Leyla Mehmet Melis Mert Murat Nazlı Nur Okan Onur Ozan Pelin Selin Serkan Sinem Tolga Umut "
        "Yasin Zehra Zeynep"
    ),
}
_LAST: dict[Language, str] = {
    "en": (
        "Abbott Bauer Brooks Chen Costa Cruz Davies Diaz Evans Fischer Ford Garcia Gray Haas Hill Ivanova Jensen "
        "Khan Kim Larsen Lopez Meyer Moore Novak Nowak Osei Park Patel Quist Rossi Silva Singh Stone Tanaka Usman "
        "Vega Wagner Walsh Young Ziegler Zhou"
    ),
    "ar": (
        "الأحمد البدر التميمي الجابر الحربي الخطيب الخوري الدوسري الراشد الزعابي السعدي الشامي الصباغ الطيب العلي "
        "الغانم الفارس القاسم الكعبي اللواتي المنصوري النجار الهاشمي اليوسف حداد خليل درويش سلامة صالح عبود "
        "عيسى غانم فرح قدورة كنعان مراد منصور ناصر نجم وهبة يعقوب"
    ),
    "tr": (
        "Acar Aksoy Arslan Aydın Bulut Çelik Çetin Demir Doğan Erdem Eren Güler Güneş Işık Kaplan Kara Kaya Keskin "
        "Kılıç Koç Korkmaz Kurt Özcan Özdemir Özkan Öztürk Polat Sarı Şahin Şen Şimşek Taş Tekin Toprak Tunç Turan "
        "Uçar Ünal Yalçın Yavuz Yıldız"
    ),
}


def name_of(language: Language, place: int) -> str:
    """The name of the customer at this place. Lengths and steps share no factor, so that every pair comes up."""
    first, last = _FIRST[language].split(), _LAST[language].split()
    return f"{first[place * 7 % len(first)]} {last[place * 11 % len(last)]}"
