//! Stands in for the billing service: the register of one meter is not believed.

use actix::{Actor, Context, Handler, MessageResult};
use onecard_rules::{billing::Bill, usage::Decision};

use crate::billing::{
    BilledView, BillingRefusal, DecideReading, GetBilled, GetParked, ParkedView, RegisterView,
};

pub struct Bills;

impl Actor for Bills {
    type Context = Context<Self>;
}

fn parked() -> ParkedView {
    let register = |register_wh| RegisterView { at: String::new(), register_wh };
    ParkedView {
        room: "own-room".to_owned(),
        name: "房间".to_owned(),
        area: "library".to_owned(),
        why: "jumped".to_owned(),
        billed: Some(register(1_000)),
        first: register(9_000_000),
        latest: register(9_000_010),
    }
}

impl Handler<GetParked> for Bills {
    type Result = MessageResult<GetParked>;

    fn handle(&mut self, _: GetParked, _: &mut Self::Context) -> Self::Result {
        let other =
            ParkedView { room: "other-room".to_owned(), area: "campus".to_owned(), ..parked() };
        MessageResult(vec![parked(), other])
    }
}

impl Handler<GetBilled> for Bills {
    type Result = Result<BilledView, BillingRefusal>;

    fn handle(&mut self, GetBilled(room): GetBilled, _: &mut Self::Context) -> Self::Result {
        Ok(BilledView {
            room: room.to_string(),
            name: "房间".to_owned(),
            area: "library".to_owned(),
            tariff: "dorm-power".parse().unwrap(),
            people: 4,
            exempt: false,
            balance_fen: Some(1_000),
            credit: "low".to_owned(),
            dark: "no".to_owned(),
            billed: None,
            free_wh: 0,
            parked: None,
        })
    }
}

impl Handler<DecideReading> for Bills {
    type Result = Result<Option<Bill>, BillingRefusal>;

    fn handle(&mut self, asked: DecideReading, _: &mut Self::Context) -> Self::Result {
        match asked.decision {
            Decision::Discard { .. } => Err(BillingRefusal::NothingParked(asked.room)),
            Decision::GoOnFrom { .. } => Ok(None),
        }
    }
}
