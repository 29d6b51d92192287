//! What an edit of the tariffs would have cost last month. How that is reckoned is `billing::preview`'s.

use actix_web::{post, web};
use onecard_rules::{ids::TariffId, operator::Place};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Backend,
    asked::Body,
    operator::Reader,
    problem::{OrderRefusals, Problem},
    rules::{CheckAsked, MistakeView, edits_of, in_folder, mistake},
};
use crate::{
    billing::preview::{self, Preview, Priced},
    campus::Campus,
    store::ledger::LedgerReader,
};

/// Rooms of a preview that are named.
const RISES_MAX: usize = 10;

/// What a room would have paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomPreview {
    room: String,
    used_wh: u64,
    /// What it was charged.
    charged_fen: i64,
    /// What it would have been charged.
    then_fen: i64,
}

/// What the rooms of a tariff would have paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct TariffPreview {
    tariff: String,
    rooms: usize,
    used_wh: u64,
    charged_fen: i64,
    then_fen: i64,
    /// How many rooms would have paid more.
    dearer: usize,
    /// Those whose bill would have risen most, at most ten.
    most: Vec<RoomPreview>,
}

/// What last month's electricity would have cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct Previewed {
    /// The first day of the month, and the first after it.
    from: String,
    to: String,
    /// Of an edit that has any nothing is reckoned.
    mistakes: Vec<MistakeView>,
    tariffs: Vec<TariffPreview>,
}

impl TariffPreview {
    fn of(tariff: &TariffId, mut rooms: Vec<Priced>) -> Self {
        let rise = |room: &Priced| room.then.get().saturating_sub(room.charged.get());
        rooms.sort_by_key(|room| std::cmp::Reverse(rise(room)));
        let most = rooms.iter().take_while(|room| rise(room) > 0).take(RISES_MAX);
        Self {
            tariff: tariff.to_string(),
            rooms: rooms.len(),
            used_wh: rooms.iter().map(|room| room.used_wh).sum(),
            charged_fen: rooms.iter().map(|room| room.charged.get()).sum(),
            then_fen: rooms.iter().map(|room| room.then.get()).sum(),
            dearer: rooms.iter().filter(|room| rise(room) > 0).count(),
            most: most
                .map(|room| RoomPreview {
                    room: room.room.to_string(),
                    used_wh: room.used_wh,
                    charged_fen: room.charged.get(),
                    then_fen: room.then.get(),
                })
                .collect(),
        }
    }
}

/// What last month's electricity would have cost, had the newest version of each tariff of an edit been
/// in force; nothing is written.
#[utoipa::path(
    request_body = CheckAsked,
    responses((status = 200, body = Previewed), OrderRefusals), security(("token" = []))
)]
#[post("/api/rules/preview")]
pub async fn preview_rules(
    who: Reader,
    backend: web::Data<Backend>,
    Body(asked): Body<CheckAsked>,
) -> Result<web::Json<Previewed>, Problem> {
    who.must_be_known()?;
    who.must_see(&backend, Place::Site)?;
    let edits = edits_of(&asked.files)?;
    let today = backend.cashier.day(backend.clock.now());
    let loaded = in_folder(&backend, move |folder| Campus::load_edited(folder, &edits)).await?;
    let read = move |reader: &LedgerReader| match loaded {
        Ok(campus) => Ok((preview::last_month(&campus, reader, today)?, Vec::new())),
        Err(mistakes) => Ok((Preview::of(today), mistakes.0)),
    };
    let (Preview { from, to, rooms }, mistakes) = backend.cashier.read(read).await?;
    Ok(web::Json(Previewed {
        from: from.to_string(),
        to: to.to_string(),
        mistakes: mistakes.into_iter().map(mistake).collect(),
        tariffs: rooms.into_iter().map(|(id, rooms)| TariffPreview::of(&id, rooms)).collect(),
    }))
}
