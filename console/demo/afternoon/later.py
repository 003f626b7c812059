"""What happens while somebody is looking: customers who write, newcomers, and what they answer to a reply."""

from __future__ import annotations

from console.demo.story import Cue, Person, Script

_NADIA = Person("Nadia Karim", "en", "web-user-351", "nadia@example.com", None, {"city": "Dubai"})
_SALIM = Person("سالم الكعبي", "ar", "web-user-352", "salim@example.com", None, {"city": "رأس الخيمة"})
_CEREN = Person("Ceren Aksoy", "tr", "web-user-353", "ceren@example.com", None, {"city": "Antalya"})
_TOM = Person("Tom Whitfield", "en", "web-user-354", "tom@example.com", None, {"city": "Leeds"})
_WALKER = Person(None, "en", "guest-77ab90c1", None, None, {"fingerprint": "77ab90c1d2", "page": "/sofas/harbor"})

SCRIPT = Script(
    cues=(
        Cue(
            "Hi! Is the Oslo table still in stock in the large size? My partner and I argue about the last two chairs.",
            person=_NADIA,
        ),
        Cue("I measured: 140 cm would be perfect for the bench, Tomás. How do I order it?", talk="sofia"),
        Cue("مرحبًا، هل توصلون إلى رأس الخيمة في نهاية الأسبوع؟", person=_SALIM),
        Cue("Akşam olmadan dönebilirseniz çok sevinirim, muhasebe beni arayıp duruyor.", talk="deniz"),
        Cue("Still no sign of the lamp. Should I tell the neighbours to stop looking?", talk="jonas"),
        Cue("Merhaba, düğün hediyesi için hediye kartınız var mı?", person=_CEREN),
        Cue("Sorry to press: the fitters ask me every ten minutes. Is ten o'clock tomorrow certain?", talk="acme"),
        Cue("My client signed! Please go ahead with everything on the quote.", talk="priya"),
        Cue("بالمناسبة، أحتاج السلك باللون الأسود إن أمكن.", talk="layla"),
        Cue(
            "Hello, I am on the Harbor page. Do the covers come off for washing? We have two small boys and a dog.",
            person=_WALKER,
        ),
        Cue(
            "Good evening. The switch of my Brisk makes a soft clicking noise when it is off. Is that dangerous?",
            person=_TOM,
        ),
        Cue("And if it is not too much: could the card say “for reading past bedtime”?", talk="grace"),
        Cue("هل من جديد بخصوص الطاولة؟ الضيوف بعد يومين.", talk="fatima"),
        Cue("Aynısını bulursanız üçüncü bir Lumi daha alacağım.", talk="elif"),
        Cue("Two Lumi ordered. My husband says one was enough, he does not read.", talk="chloe"),
        Cue("التصريح جاهز، أرسلته لكم على البريد.", talk="noura-first"),
    ),
    answers={
        "order-1042": (
            "That is so easy, thank you Maya. I will have the broken one ready in its box.",
            "You have saved my Saturday!",
        ),
        "layla": ("رائع، أريد سلكًا بطول ثلاثة أمتار من فضلك. كيف أدفع؟", "تم، شكرًا جزيلًا على سرعة الرد."),
        "deniz": (
            "Süper, çok teşekkür ederim. Yenisi gelince muhasebeye iletiyorum.",
            "Geldi, her şey doğru. Elinize sağlık!",
        ),
        "fatima": ("شكرًا لكم، طمأنتموني. سأكون في البيت طوال اليوم غدًا.", "بارك الله فيكم."),
        "acme": (
            "Ten is perfect. I tell the site. And thank you for staying so calm with me.",
            "Confirmed with Herr Schulz.",
        ),
        "grace": (
            "Oh wonderful! Please write: happy birthday, for reading past bedtime. Love, G.",
            "Thank you, you are lovely.",
        ),
        "guest": ("That is what I needed to know. Ordering one now.", "Thanks for the quick answer."),
        "elif": ("Çok sevindim, adresim aynı. Eskisini kargocuya veririm.", "Teşekkürler, iyi günler!"),
        "stranger": ("lol ok",),
    },
    thanks={
        "en": (
            "Thank you, that helps a lot.",
            "Perfect, thanks for getting back so quickly.",
            "Great, that is all I needed.",
        ),
        "ar": ("شكرًا جزيلًا، هذا واضح.", "ممتاز، شكرًا على سرعة الرد.", "تمام، هذا كل ما أردت معرفته."),
        "tr": ("Çok teşekkürler, anladım.", "Harika, hızlı dönüşünüz için sağ olun.", "Tamamdır, başka sorum yok."),
    },
)
