"""Who works at Northwind Trading and who writes to it. "
"All made up: addresses of example.com, numbers of nobody."""

from __future__ import annotations

from console.demo.story import Colleague, Person

MAYA = Colleague("maya", "Maya Okafor", "maya@example.com")
TOMAS = Colleague("tomas", "Tomás Rivera", "tomas@example.com")
AYLIN = Colleague("aylin", "Aylin Demir", "aylin@example.com")
COLLEAGUES = (MAYA, TOMAS, AYLIN)

JANE = Person(
    "Jane Cooper",
    "en",
    "web-user-123",
    "jane@example.com",
    "+971 50 000 0000",
    {"city": "Dubai", "customer since": "2021"},
)
LAYLA = Person("ليلى حسن", "ar", "web-user-208", "layla.hassan@example.com", "+971 50 000 0016", {"city": "أبوظبي"})
DENIZ = Person(
    "Deniz Yılmaz",
    "tr",
    "web-user-311",
    "deniz@example.com",
    "+90 500 000 00 11",
    {"city": "İstanbul", "firma": "Yılmaz Mimarlık"},
)
PETRA = Person(
    "Petra Lang",
    "en",
    "trade-0007",
    "petra.lang@example.com",
    "+49 30 23125 014",
    {"company": "Acme GmbH", "city": "Berlin", "terms": "30 days net", "discount": "18 %"},
)
FATIMA = Person("فاطمة الزهراء", "ar", "web-user-274", "fatima@example.com", "+971 50 000 0031", {"city": "الشارقة"})
OMAR = Person("عمر حداد", "ar", "web-user-190", "omar.haddad@example.com", None, {"city": "دبي"})
NOURA = Person(
    "نورة السويدي", "ar", "trade-0019", "noura@example.com", "+971 50 000 0044", {"company": "دار السكن", "city": "دبي"}
)
YOUSEF = Person("يوسف المنصوري", "ar", "web-user-342", "yousef@example.com", None, {"city": "العين"})
ELIF = Person("Elif Şahin", "tr", "web-user-287", "elif.sahin@example.com", "+90 500 000 00 27", {"city": "İzmir"})
AYSE = Person("Ayşe Demirtaş", "tr", "web-user-166", "ayse@example.com", "+90 500 000 00 35", {"city": "Ankara"})
MEHMET = Person("Mehmet Kaya", "tr", "web-user-255", "mehmet.kaya@example.com", None, {"city": "Bursa"})
GRACE = Person("Grace Mbeki", "en", "web-user-330", "grace@example.com", None, {"city": "Dubai"})
SOFIA = Person(
    "Sofia Lindqvist",
    "en",
    "web-user-142",
    "sofia@example.com",
    "+44 7700 900142",
    {"city": "London", "customer since": "2019"},
)
JONAS = Person("Jonas Weber", "en", "web-user-219", "jonas.weber@example.com", "+49 30 23125 077", {"city": "Hamburg"})
PRIYA = Person(
    "Priya Raman", "en", "trade-0023", "priya@example.com", "+971 50 000 0052", {"company": "Raman Interiors"}
)
LIAM = Person("Liam O'Connor", "en", "web-user-301", "liam@example.com", "+44 7700 900301", {"city": "Dublin"})
HANNAH = Person("Hannah Becker", "en", "web-user-176", "hannah@example.com", None, {"city": "Vienna"})
MARCO = Person("Marco Bianchi", "en", "web-user-263", "marco@example.com", None, {"city": "Milan"})
CHLOE = Person("Chloe Martin", "en", "web-user-318", "chloe@example.com", None, {"city": "Lyon"})
GUEST = Person(None, "en", "guest-5f21c0aa", None, None, {"fingerprint": "5f21c0aa9e", "page": "/lamps/halo-pendant"})
STRANGER = Person("visitor 4821", "en", "guest-4821", None, None, {"fingerprint": "deadbeef4821", "page": "/contact"})
