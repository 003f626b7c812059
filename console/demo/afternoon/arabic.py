"""The conversations in Arabic."""

from __future__ import annotations

from console.demo.afternoon import people
from console.demo.story import DAY, HOUR, Talk, note, paced, them, us

TALKS: tuple[Talk, ...] = (
    Talk(
        "layla",
        people.LAYLA,
        paced(
            DAY + 2 * HOUR,
            them("مساء الخير، طلبتُ مصباح «هالو» المعلّق قبل أربعة أيام ولم يصلني أي إشعار بعد. رقم الطلب 1038."),
            us("maya", "مساء النور ليلى. خرج الطلب من المستودع صباح اليوم، ورقم الشحنة NW-88213. يصلكِ غدًا بإذن الله."),
            them("ممتاز، شكرًا جزيلًا لكِ مايا."),
            us("maya", "على الرحب والسعة، أخبريني حين يصل."),
            them(
                "وصل المصباح قبل قليل وهو أجمل من الصورة! لكن السلك أقصر مما توقعت، والسقف عندي مرتفع، "
                "حوالي ثلاثة أمتار ونصف. هل يوجد سلك أطول يمكنني طلبه؟",
                9.3,
            ),
        ),
        assignee="maya",
        labels=("accessories",),
        unread=1,
    ),
    Talk(
        "fatima",
        people.FATIMA,
        paced(
            66,
            them("السلام عليكم، وصلتني طاولة «أوسلو» اليوم وفيها خدش عميق على السطح، وإحدى الأرجل لا تثبت."),
            them("هذه صورة الخدش.", files=("table-scratch.png",)),
            note(
                "aylin",
                "Table 1044. The batch from Tuesday had two more like this, please check before promising one.",
                55,
            ),
            them("عندي ضيوف يوم الجمعة وأحتاج الطاولة قبل ذلك. أرجو الرد اليوم لو سمحتم.", 48),
        ),
        labels=("damaged",),
        priority="urgent",
        unread=3,
    ),
    Talk(
        "omar",
        people.OMAR,
        paced(
            26 * HOUR,
            them("مرحبًا، هل كنبة «هاربر» متوفرة باللون الزيتي؟ في الموقع أرى الرملي والشوفاني فقط."),
            us("maya", "أهلًا عمر. اللون الزيتي يصل الأسبوع القادم، والكمية الأولى ثماني قطع. هل أحجز لك واحدة؟"),
            them("نعم من فضلك، وسأمر على المعرض لأراها قبل الدفع."),
            us("maya", "تم الحجز باسمك حتى نهاية الأسبوع القادم، وسأكتب لك فور وصولها."),
        ),
        status="snoozed",
        snoozed=3 * DAY,
        assignee="maya",
        labels=("pre-sale",),
    ),
    Talk(
        "noura",
        people.NOURA,
        paced(
            3 * DAY + 2 * HOUR,
            them("مساء الخير، نجهّز اثنتي عشرة شقة فندقية في الخور ونحتاج الإضاءة كاملة. مع من أتحدث؟"),
            us("maya", "مساء النور أستاذة نورة، معي أنا. كم غرفة في كل شقة؟ وهل لديكم مخطط للإنارة؟"),
            them("غرفتان وصالة في كل شقة. المخطط جاهز وسأرسله غدًا."),
            us("maya", "رائع. لهذا العدد نقدّم خصم الشركات، ونسلّم على دفعتين إن أحببتم."),
            them("أرسلتُ المخطط على البريد. الدفعة الأولى بعد ثلاثة أسابيع مناسبة جدًا.", 5.5 * HOUR),
            us("maya", "وصل المخطط، شكرًا لكم. عرض السعر عندكم صباح الغد.", 5.2 * HOUR),
            note("maya", "12 flats: 24 Lumi, 12 Halo, 36 Fjord. Ask Tomás for two vans in week one.", 5 * HOUR),
        ),
        name="شقق الخور",
        assignee="maya",
        labels=("quote", "trade", "vip"),
        priority="high",
        channel="trade.example.com",
    ),
    Talk(
        "noura-first",
        people.NOURA,
        paced(
            4.6 * HOUR,
            note("tomas", "Two vans are free on the 9th. I need the gate permit a day before."),
            us("maya", "أستاذة نورة، نحتاج تصريح دخول الشاحنات قبل التسليم بيوم واحد. هل تصدره إدارة المبنى؟"),
            them("نعم، سأطلبه من الإدارة وأرسله لكم هذا الأسبوع.", 3.4 * HOUR),
            us("maya", "ممتاز، شكرًا جزيلًا.", 3.3 * HOUR),
        ),
        name="الدفعة الأولى",
        below="noura",
        assignee="tomas",
        labels=("delivery",),
        channel="trade.example.com",
    ),
    Talk(
        "yousef",
        people.YOUSEF,
        paced(
            8 * HOUR,
            them("هل المعرض مفتوح يوم الجمعة؟"),
            us(
                "maya", "أهلًا يوسف، نعم: من الثانية ظهرًا حتى العاشرة مساءً يوم الجمعة. المعرض في القوز، والمواقف مجانية."
            ),
            them("شكرًا لكم، أراكم الجمعة إن شاء الله."),
            us("maya", "بانتظارك، والقهوة علينا."),
        ),
        status="resolved",
        assignee="maya",
    ),
)
