"""The conversations in English."""

from __future__ import annotations

from console.demo.afternoon import people
from console.demo.story import DAY, HOUR, Talk, note, paced, them, us

TALKS: tuple[Talk, ...] = (
    Talk(
        "jane",
        people.JANE,
        paced(
            9 * DAY,
            them("Hello! Do the Fjord lamps come with bulbs, or should I order those as well?"),
            us("maya", "Hi Jane, lovely to hear from you. Each Fjord 30 comes with one warm white bulb, 2700 K."),
            them("Perfect, then three lamps it is. Thank you Maya!"),
            us(
                "maya",
                "Order 1042 is in, three Fjord 30 in smoke glass. You will hear from us when they leave Jebel Ali.",
            ),
        ),
        assignee="maya",
    ),
    Talk(
        "order-1042",
        people.JANE,
        paced(
            82,
            them("Hi Maya, order 1042 came this morning. Two of the three Fjord lamps are perfect."),
            them("The third one arrived broken, the glass has a crack right across it.", files=("lamp-crack.png",)),
            us(
                "maya",
                "Oh no, I am sorry, Jane. Thank you for the photo: that is from the journey, not from you. "
                "Would you like a new one, or your money back?",
                71,
                answers=1,
            ),
            them("A new one please! I want all three on the sideboard before my parents visit on Saturday.", 64),
            note("maya", "Warehouse says two smoke Fjord 30 left in stock. One is set aside for 1042.", 58),
            note("tomas", "I can put it on tonight's van if we have the address by then.", 55),
            us("maya", "One is set aside for you. Shall it go to Marina Walk again, or to your office?", 52),
            them("Marina Walk is perfect, there is somebody home all day tomorrow.", 3.6),
            them("And can I send the broken one back with the same driver, or do I have to take it somewhere?", 3.1),
        ),
        name="Order #1042",
        below="jane",
        assignee="maya",
        labels=("damaged", "returns"),
        priority="high",
        unread=2,
    ),
    Talk(
        "jane-returns",
        people.JANE,
        paced(
            2 * DAY + 3 * HOUR,
            them(
                "One more thing: the wool cushion from last month. It is beautiful but the wrong green. "
                "Too late to return it?"
            ),
            us(
                "maya",
                "Not at all, you have 30 days and this is day 24. I have sent you a label, just hand it to the driver.",
            ),
            them("You are the best. Thank you!"),
            us("maya", "Refund of AED 129 is on its way to your card, three to five working days."),
        ),
        name="Returns",
        below="jane",
        status="resolved",
        assignee="maya",
        labels=("returns",),
    ),
    Talk(
        "grace",
        people.GRACE,
        paced(
            41,
            them("Hello, I would like to send a Lumi bedside lamp to my sister for her birthday. Do you wrap gifts?"),
            them("And could a handwritten card go in with it? I can pay extra of course.", 34),
        ),
        labels=("gift",),
        unread=2,
    ),
    Talk(
        "guest",
        people.GUEST,
        (
            them("Hi, quick one: is the Halo pendant dimmable with a normal wall dimmer?", 13),
            them("The page says dimmable but not with what.", 12),
        ),
        unread=2,
    ),
    Talk(
        "sofia",
        people.SOFIA,
        paced(
            DAY + 5 * HOUR,
            them("Good morning. I bought the Oslo dining table two years ago and would now like the matching bench."),
            them("Will the oak be the same colour? Mine has turned a little darker since.", files=("oslo-table.png",)),
            us(
                "tomas",
                "Hello Sofia. Oak keeps darkening for about three years, so a new bench will look lighter at "
                "first and "
                "catch up by next summer. We can send you two samples of the oil to compare.",
                answers=1,
            ),
            them("That would be wonderful, yes please."),
            us("tomas", "On their way to London today. Take your time, I have put a bench aside for a week."),
            them(
                "The samples came! The second one is an exact match. I will measure tonight and tell you the length.",
                3 * HOUR,
            ),
            us("tomas", "Wonderful. The bench comes in 140 and 180 cm, both are in stock.", 2.8 * HOUR),
        ),
        assignee="tomas",
        labels=("pre-sale",),
        host="tomas",
    ),
    Talk(
        "jonas",
        people.JONAS,
        paced(
            2 * DAY,
            them("The tracking of NW-88107 says delivered, but nobody rang and there is nothing here."),
            us(
                "tomas",
                "Sorry about that, Jonas. I have asked the courier where the driver left it. "
                "I will be back within the hour.",
            ),
            us(
                "tomas",
                "They have opened a search. The neighbours at 14 and 18 would help us a lot, could you ask there?",
            ),
            them("Asked both, nothing. It is a floor lamp, it is not exactly easy to overlook."),
            us("tomas", "Thank you for going round. Then the courier has to find it: I am opening a claim."),
        ),
        assignee="tomas",
        labels=("delivery",),
        priority="urgent",
        host="tomas",
    ),
    Talk(
        "jonas-claim",
        people.JONAS,
        paced(
            DAY + 4 * HOUR,
            note("tomas", "Courier claim C-5520 is open. They have 48 hours, then we send a new lamp at their cost."),
            us(
                "tomas", "I have opened a claim with the courier, number C-5520. You do not have to do anything for it."
            ),
            them(
                "Thank you for taking this off my hands. Whenever it comes is fine, I just do not want to pay twice.",
                5 * HOUR,
            ),
            us(
                "tomas",
                "You will not. If they have not found it by tomorrow evening, a new Brisk leaves our warehouse.",
                4.8 * HOUR,
            ),
        ),
        name="Courier claim C-5520",
        below="jonas",
        status="snoozed",
        snoozed=DAY,
        assignee="tomas",
        labels=("delivery",),
        host="tomas",
    ),
    Talk(
        "priya",
        people.PRIYA,
        paced(
            4 * HOUR,
            them("Hi team, I am furnishing a show flat at Creek Harbour and need a quote by Thursday."),
            them(
                "Two Harbor sofas in sand, one Oslo table, six Tind chairs, four Halo pendants. List attached.",
                files=("show-flat.txt",),
            ),
            us(
                "maya",
                "Thank you, Priya, that is a lovely selection. Tomás and I are on it, you will have the quote today.",
            ),
            note(
                "tomas",
                "Trade price is list minus 15 %. Sand is a six week wait, oat is in stock: offer both?",
                3.2 * HOUR,
            ),
            us(
                "maya",
                "Here is the quote. Sand takes six weeks, oat could be with you on Monday. Both are priced.",
                2.1 * HOUR,
                files=("quote-2310.pdf",),
            ),
            them("So quick! Oat is fine for a show flat. My client signs tomorrow, then we are on.", 1.9 * HOUR),
            us("maya", "Fingers crossed. I have put two oat sofas aside until Friday.", 1.8 * HOUR),
        ),
        name="Show flat, Creek Harbour",
        assignee="maya",
        labels=("quote", "trade"),
        channel="trade.example.com",
    ),
    Talk(
        "liam",
        people.LIAM,
        paced(
            6 * HOUR,
            them("The Tind shelf has a bag of screws left over. Is that good news or bad news?"),
            us(
                "tomas",
                "Good news! There are two spare bolts and four wall plugs in every box. "
                "Here is the sheet, page 2 counts them.",
                files=("tind-assembly.pdf",),
            ),
            them("Four plugs, two bolts, one very relieved man. Cheers Tomás."),
            us("tomas", "Enjoy the shelf, Liam!"),
        ),
        status="resolved",
        assignee="tomas",
        host="tomas",
    ),
    Talk(
        "hannah",
        people.HANNAH,
        paced(
            3 * DAY,
            them("I saw the Brisk floor lamp for less in your spring sale. Can I still get that price?"),
            us(
                "aylin",
                "The sale ended on Sunday, but your cart still had the lamp in it. "
                "I have kept the price for you until tomorrow.",
            ),
            them("Oh that is kind, ordered just now!"),
            us("aylin", "It leaves tomorrow morning. Have a lovely evening with it."),
        ),
        status="resolved",
        assignee="aylin",
        host="aylin",
        labels=("price",),
    ),
    Talk(
        "marco",
        people.MARCO,
        paced(
            7 * HOUR,
            them("The code WELCOME10 says it is not valid."),
            us(
                "maya",
                "It wants a first order of at least AED 200, Marco. "
                "Yours is at 185, so I have made you one that works: CIAO10.",
            ),
            them("It works. Grazie mille!"),
            us("maya", "Prego, and welcome."),
        ),
        status="resolved",
        assignee="maya",
        labels=("price",),
    ),
    Talk(
        "chloe",
        people.CHLOE,
        paced(
            5 * HOUR,
            them("Bonjour! Is one Lumi bright enough to read by, or do I need two?"),
            us(
                "maya",
                "Hello Chloe! One Lumi gives 470 lumens: plenty for a book on your side of the bed, not quite "
                "enough for both sides.",
            ),
            them("So two. You are good at this."),
            us(
                "maya",
                "I only read a lot in bed. They go well as a pair, and the second one is 10 % off this week.",
                4.5 * HOUR,
            ),
        ),
        assignee="maya",
        labels=("pre-sale",),
    ),
)
