"""What Northwind Trading knows about itself: the articles that an AI agent answers from, and two templates."""

from __future__ import annotations

from console.demo.story import Prepared

ARTICLES: tuple[Prepared, ...] = (
    Prepared(
        "Damaged on arrival",
        {
            "en": "If something arrives broken or damaged, we send a new one free of charge or refund it, as you "
            "prefer. "
            "A photo of the damage is enough for us, you do not need to keep the packaging. "
            "Replacements for items in stock leave our warehouse the same day. "
            "Our driver takes the broken piece back when the new one is delivered, so you do not have to "
            "bring it anywhere.",
            "ar": "إذا وصلت القطعة مكسورة أو متضررة نرسل لكم قطعة جديدة مجانًا أو نعيد المبلغ، حسب رغبتكم. "
            "تكفينا صورة واضحة للضرر، ولا حاجة إلى الاحتفاظ بالتغليف. "
            "تخرج القطعة البديلة من المستودع في اليوم نفسه إذا كانت متوفرة. "
            "يستلم السائق القطعة المتضررة عند تسليم الجديدة، فلا حاجة إلى إرسالها إلى أي مكان.",
            "tr": "Ürününüz kırık ya da hasarlı gelirse dilerseniz ücretsiz yenisini gönderir, dilerseniz "
            "ücretini iade ederiz. "
            "Hasarın bir fotoğrafı yeterlidir, ambalajı saklamanız gerekmez. "
            "Stokta olan ürünlerin yenisi aynı gün depodan çıkar. "
            "Sürücümüz yenisini teslim ederken hasarlı ürünü geri alır, sizin bir yere götürmeniz gerekmez.",
        },
    ),
    Prepared(
        "Returns and exchanges",
        {
            "en": "You can return anything within 30 days of delivery, used or not, as long as it is clean. "
            "Write to us and we send you a return label; the pick-up is free. "
            "The refund reaches your card three to five working days after we have the item back. "
            "Made-to-measure curtains and opened bulbs cannot be returned.",
            "ar": "يمكنكم إرجاع أي قطعة خلال 30 يومًا من الاستلام ما دامت نظيفة، حتى لو استُخدمت. "
            "راسلونا لنرسل لكم ملصق الإرجاع، والاستلام من المنزل مجاني. "
            "يصل المبلغ إلى بطاقتكم خلال ثلاثة إلى خمسة أيام عمل من وصول القطعة إلينا. "
            "لا يمكن إرجاع الستائر المفصّلة ولا المصابيح المفتوحة.",
            "tr": "Teslimattan sonraki 30 gün içinde, kullanılmış olsa bile temiz olan her ürünü iade edebilirsiniz. "
            "Bize yazın, iade etiketini gönderelim; kapıdan teslim alma ücretsizdir. "
            "İade tutarı, ürün bize ulaştıktan sonra üç ila beş iş günü içinde kartınıza geçer. "
            "Ölçüye göre dikilen perdeler ve açılmış ampuller iade edilemez.",
        },
    ),
    Prepared(
        "Delivery times and costs",
        {
            "en": "Lamps and small items arrive in one to two working days in the Emirates and in four to six in "
            "Türkiye and Europe. "
            "Furniture takes up to ten working days, and the carrier calls you a day before. "
            "Delivery is free from AED 300 on; below that it costs AED 25. "
            "For AED 20 we wrap an item as a gift, with a handwritten card of up to 40 words.",
            "ar": "تصل المصابيح والقطع الصغيرة خلال يوم إلى يومي عمل داخل الإمارات، وخلال أربعة إلى ستة أيام إلى "
            "تركيا وأوروبا. "
            "يستغرق تسليم الأثاث حتى عشرة أيام عمل، ويتصل بكم الناقل قبلها بيوم. "
            "التوصيل مجاني للطلبات من 300 درهم فأكثر، وما دون ذلك 25 درهمًا. "
            "نغلّف الهدية مقابل 20 درهمًا مع بطاقة مكتوبة بخط اليد.",
            "tr": "Lambalar ve küçük ürünler Emirlikler içinde bir iki, Türkiye ve Avrupa'ya dört ila altı iş "
            "gününde ulaşır. "
            "Mobilya teslimatı en çok on iş günü sürer, taşıyıcı bir gün önceden arar. "
            "300 dirhemin üzerindeki siparişlerde kargo ücretsizdir, altında 25 dirhemdir. "
            "20 dirheme ürünü hediye paketi yapar, el yazısıyla bir not ekleriz.",
        },
    ),
    Prepared(
        "Invoices and corrections",
        {
            "en": "An invoice is sent by e-mail on the day of the order. "
            "A wrong address or company name on an invoice is corrected the same working day; write us the "
            "right one. "
            "For a company invoice we need the full company name and the tax number.",
            "ar": "تُرسل الفاتورة بالبريد الإلكتروني في يوم الطلب. "
            "إذا كان في الفاتورة عنوان أو اسم شركة غير صحيح نصحّحه في يوم العمل نفسه، اكتبوا لنا الصحيح فقط. "
            "لفاتورة الشركة نحتاج إلى الاسم الكامل للشركة والرقم الضريبي.",
            "tr": "Fatura, sipariş günü e-posta ile gönderilir. "
            "Faturadaki yanlış adres ya da unvan aynı iş günü içinde düzeltilir; doğrusunu yazmanız yeterlidir. "
            "Şirket faturası için tam unvan ve vergi numarası gerekir.",
        },
    ),
    Prepared(
        "Lamps, cables, bulbs and dimming",
        {
            "en": "The Halo pendant can be dimmed with any trailing-edge wall dimmer for LED, from 5 to 150 watts. "
            "Its cable is 1.5 m long; a cable of 3 m or 5 m can be ordered separately and is changed without tools. "
            "Every lamp comes with a warm white 2700 K bulb with an E27 base. "
            "If two lamps of the same kind shine in different colours, we exchange the older one free of charge.",
            "ar": "يمكن خفض إضاءة مصباح «هالو» المعلّق بأي مفتاح تعتيم جداري مخصص لمصابيح LED من 5 إلى 150 واط. "
            "طول السلك متر ونصف، ويمكن طلب سلك أطول بطول ثلاثة أو خمسة أمتار، ويُركّب دون أدوات. "
            "يأتي كل مصباح مع لمبة بيضاء دافئة 2700 كلفن بقاعدة E27. "
            "إذا اختلف لون الإضاءة بين مصباحين من النوع نفسه نستبدل الأقدم مجانًا.",
            "tr": "Halo sarkıt, 5-150 watt arası LED uyumlu her duvar dimmeri ile kısılabilir. "
            "Kablosu 1,5 metredir; 3 ve 5 metrelik kablo ayrıca sipariş edilebilir ve aletsiz değiştirilir. "
            "Her lamba, E27 duylu 2700 K sıcak beyaz ampulle gelir. "
            "Aynı modelden iki lamba farklı renkte yanıyorsa eskisini ücretsiz değiştiririz.",
        },
    ),
)

TEMPLATES: tuple[Prepared, ...] = (
    Prepared(
        "on-its-way",
        {
            "en": "Hello {{customer.name}}, your order is on its way. The tracking number is {{tracking}}.",
            "ar": "مرحبًا {{customer.name}}، طلبكم في الطريق إليكم. رقم الشحنة {{tracking}}.",
            "tr": "Merhaba {{customer.name}}, siparişiniz yola çıktı. Takip numarası {{tracking}}.",
        },
    ),
    Prepared(
        "thank-you",
        {
            "en": "Thank you for writing, {{customer.name}}. Is there anything else I can do for you?",
            "ar": "شكرًا لتواصلكم معنا {{customer.name}}. هل من خدمة أخرى نقدمها لكم؟",
            "tr": "Bize yazdığınız için teşekkürler {{customer.name}}. Yardımcı olabileceğim başka bir şey var mı?",
        },
    ),
)
