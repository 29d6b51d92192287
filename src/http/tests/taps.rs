//! Stands in for the water service: two taps in two places, and no order that it carries out.

use actix::{Actor, Context, Handler, MessageResult};
use onecard_rules::{ids::TapId, normaliser::Normaliser, site::Tap};

use crate::water::{FreeTap, GetTap, GetTaps, ShutTap, TapView, WaterRefusal};

pub struct Taps;

/// A tap in the library, and one outside it.
pub fn taps() -> [(TapId, Tap); 2] {
    [("own-tap", "library"), ("other-tap", "campus")].map(|(tap, area)| {
        let id: TapId = tap.parse().unwrap();
        let (name, reader) = ("淋浴".to_owned(), tap.parse().unwrap());
        let (area, normaliser) = (area.parse().unwrap(), Normaliser::default());
        (id.clone(), Tap { id, name, area, reader, normaliser })
    })
}

fn view(tap: &Tap) -> TapView {
    TapView {
        tap: tap.id.to_string(),
        name: tap.name.clone(),
        area: tap.area.to_string(),
        reader: tap.reader.to_string(),
        tariff: "shower".to_owned(),
        state: "idle".to_owned(),
        valve: None,
        availability: None,
        register_ml: None,
        read_at: None,
        session: None,
        shut: None,
    }
}

impl Actor for Taps {
    type Context = Context<Self>;
}

impl Handler<GetTaps> for Taps {
    type Result = MessageResult<GetTaps>;

    fn handle(&mut self, _: GetTaps, _: &mut Self::Context) -> Self::Result {
        MessageResult(taps().iter().map(|(_, tap)| view(tap)).collect())
    }
}

impl Handler<GetTap> for Taps {
    type Result = Result<TapView, WaterRefusal>;

    fn handle(&mut self, GetTap(asked): GetTap, _: &mut Self::Context) -> Self::Result {
        let known = taps().into_iter().find(|(id, _)| *id == asked);
        known.map(|(_, tap)| view(&tap)).ok_or(WaterRefusal::NoTap(asked))
    }
}

impl Handler<ShutTap> for Taps {
    type Result = Result<(), WaterRefusal>;

    fn handle(&mut self, _: ShutTap, _: &mut Self::Context) -> Self::Result {
        Err(WaterRefusal::NotRecorded)
    }
}

impl Handler<FreeTap> for Taps {
    type Result = Result<(), WaterRefusal>;

    fn handle(&mut self, order: FreeTap, _: &mut Self::Context) -> Self::Result {
        Err(WaterRefusal::NotShut(order.tap))
    }
}
