//! What an edit of the tariffs would have cost last month is told before it counts.

use chrono::{DateTime, Datelike as _, Days, FixedOffset, NaiveDate, TimeZone as _};
use onecard::store::{
    OnDurable,
    database::FILE_NAME,
    ledger::{self, Ledger, With},
};
use onecard_rules::{
    ledger::{AccountName, Ask, Cause, Order, Purpose, Terms},
    money::Fen,
};
use serde_json::{Value, json};

use crate::{
    campus::{Folder, Running, now},
    rooms::folder,
    world::{free, post, token},
};

/// Bills of a room: the day of last month (0: the last of the month before), from and to which
/// register, in Wh, and what that came to, in fen. A gap between two was too little for a fen.
const BILLS: [(u32, u64, u64, i64); 4] = [
    (0, 0, 500, 25_000),
    (10, 500, 1_500, 50_000),
    (20, 1_510, 2_510, 50_000),
    (28, 2_510, 3_510, 50_000),
];

/// The first day of last month, where the campus is.
fn first_of_last_month() -> NaiveDate {
    let today = zone().from_utc_datetime(&now().naive_utc()).date_naive();
    let last = today.with_day(1).expect("a day") - Days::new(1);
    last.with_day(1).expect("a day")
}

/// China's, all year round.
fn zone() -> FixedOffset {
    FixedOffset::east_opt(8 * 3_600).expect("an offset")
}

fn bill(ledger: &Ledger, (day, from, to, fen): (u32, u64, u64, i64)) {
    let day = first_of_last_month() + Days::new(day.into()) - Days::new(1);
    let noon = day.and_hms_opt(12, 0, 0).expect("noon");
    let at: DateTime<FixedOffset> = zone().from_local_datetime(&noon).single().expect("noon");
    let meter = "b1-001".parse().expect("a code");
    let order = Order {
        cause: Cause::Reading { meter, epoch: 1, register: to, line: 0 },
        at: at.to_utc(),
        day,
        by: None,
        why: Some(format!("{} Wh, {from} to {to}; dear/1 flat, tier 1: {0} Wh at 500", to - from)),
        ask: Ask::Transfer {
            purpose: Purpose::Usage,
            from: "room:b1-001".parse().expect("an account"),
            to: "income:electricity".parse().expect("an account"),
            amount: Fen::new(fen),
        },
    };
    let (then, receipt) = OnDurable::receipt();
    ledger.order(order, With::default(), then).expect("queued");
    receipt.blocking_recv().expect("answered").expect("written").expect("posted");
}

/// Last month as it was.
fn write_bills(folder: &Folder) {
    let file = folder.data().join(FILE_NAME);
    let (ledger, _) = Ledger::open(&file, ledger::Settings::default()).expect("a ledger");
    for name in ["room:b1-001", "income:electricity"] {
        let (then, receipt) = OnDurable::receipt();
        let name: AccountName = name.parse().expect("an account");
        ledger.open_account(name, Terms::default(), then).expect("queued");
        receipt.blocking_recv().expect("answered").expect("written").expect("opened");
    }
    for line in BILLS {
        bill(&ledger, line);
    }
    ledger.close();
}

async fn previewed(http: std::net::SocketAddr, token: &str, tariffs: &str) -> Value {
    let file = json!({"name": "tariffs.toml", "text": tariffs, "version": null});
    let (status, body) = post(http, token, "/api/rules/preview", json!({"files": [file]})).await;
    assert_eq!(status, 200, "{body}");
    body
}

fn tariff(prices: &str, more: &str) -> String {
    format!(
        "[[tariffs]]\nid = \"dear\"\nfrom = \"2020-01-01\"\nunit = \"kwh\"\n[[tariffs.prices]]\n\
         all = \"500\"\n\n[[tariffs]]\nid = \"dear\"\nfrom = \"2099-01-01\"\nunit = \"kwh\"\n{more}{prices}"
    )
}

#[actix::test]
async fn an_edit_of_the_tariffs_tells_what_last_month_would_have_cost() {
    let folder = folder((free(), free()), free(), 2, "");
    let token = token(&folder);
    std::thread::scope(|scope| scope.spawn(|| write_bills(&folder)).join()).expect("written");
    let controller = Running::start(&folder);
    let http = controller.http;

    // Ten Wh between two bills were too little for a fen, and are used all the same.
    let dearer = tariff("[[tariffs.prices]]\nall = \"600\"\n", "");
    let told = previewed(http, &token, &dearer).await;
    assert_eq!(told["from"], first_of_last_month().to_string());
    let rooms = &told["tariffs"][0];
    assert_eq!((&rooms["tariff"], &rooms["rooms"]), (&json!("dear"), &json!(2)), "{told}");
    assert_eq!((&rooms["used_wh"], &rooms["charged_fen"]), (&json!(3_010), &json!(150_000)));
    assert_eq!((&rooms["then_fen"], &rooms["dearer"]), (&json!(180_600), &json!(1)));
    assert_eq!(rooms["most"][0]["room"], "b1-001");

    // Tiers begin with the month: of the first bill's ten days, half a day was in the one before.
    let tiered = tariff(
        "[[tariffs.prices]]\nall = \"100\"\n[[tariffs.prices]]\nall = \"200\"\n",
        "tiers = { period = \"month\", up_to = [\"2\"] }\n",
    );
    let told = previewed(http, &token, &tiered).await;
    let rooms = &told["tariffs"][0];
    assert_eq!(rooms["then_fen"], 50 * 10 + 2_000 * 10 + 960 * 20, "{told}");
    assert_eq!((&rooms["dearer"], &rooms["most"]), (&json!(0), &json!([])), "{told}");

    let wrong = previewed(http, &token, "[[tariffs]]\nid = \"dear\"\n").await;
    assert_eq!(wrong["tariffs"], json!([]));
    let mistakes = wrong["mistakes"].as_array().expect("mistakes");
    assert!(mistakes.iter().any(|mistake| mistake["key"] == "tariffs.dear.unit"), "{wrong}");
    controller.stop();
}
