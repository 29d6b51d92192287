//! Feeders: looking at what each carries, and bringing its demands to its rooms.

use actix::{Context, Handler, MessageResult};
use onecard_rules::{
    Time,
    event::{DeviceKind, Subject},
    ids::{FeederId, RoomId},
    power::{
        demand::{Demander, Off, Why},
        room::Input,
    },
    reason::Reason,
};
use tracing::warn;

use super::Power;
use crate::{
    power::{
        FeederView, GetFeeders,
        supply::{News, Supply},
    },
    store::{OnDurable, database::Change},
};

impl Power {
    /// Looks at every feeder, and does what comes of it.
    pub(super) fn look_at_feeders(&mut self, now: Time, context: &mut Context<Self>) {
        for place in 0..self.supplies.len() {
            let posts = &self.posts;
            let Some(supply) = self.supplies.get_mut(place) else { continue };
            let news = supply.look(|at| posts.get(at).map(|post| (&post.site, &post.room)), now);
            let moved = !news.shed.is_empty() || !news.restored.is_empty();
            let changed = moved || news.exhausted.is_some();
            let due = supply.is_due(now);
            let feeder = supply.site().id.clone();
            self.tell_feeder(place, &news);
            self.shed(&feeder, news.shed, now, context);
            self.restore_shed(news.restored, context);
            if moved {
                self.keep_feeder(place);
            }
            if changed || due {
                self.show_feeder(place, now);
            }
        }
    }

    fn shed(
        &mut self,
        feeder: &FeederId,
        rooms: Vec<RoomId>,
        now: Time,
        context: &mut Context<Self>,
    ) {
        for room in rooms {
            let Ok(at) = self.place(&room) else { continue };
            let why = Why::Feeder { feeder: feeder.clone() };
            let events = self.give(at, Input::Post(Off { why, since: now, until: None }), context);
            self.record(events);
        }
    }

    fn restore_shed(&mut self, rooms: Vec<RoomId>, context: &mut Context<Self>) {
        for room in rooms {
            let Ok(at) = self.place(&room) else { continue };
            let events = self.give(at, Input::Release(Demander::Feeder), context);
            self.record(events);
        }
    }

    /// Raises and clears a feeder's alarms.
    fn tell_feeder(&self, place: usize, news: &News) {
        let Some(supply) = self.supplies.get(place) else { return };
        let site = supply.site();
        let (area, device) = (site.area.to_string(), site.id.to_string());
        let subject = Subject { area, kind: DeviceKind::Feeder, device };
        if let Some(exhausted) = news.exhausted {
            let standing = exhausted.then(|| format!("above {} W", site.settings.limit_w));
            self.raise(subject.clone(), Reason::FeederOverloaded, standing);
        }
        if let Some(silent) = news.silent {
            let standing = silent.then(|| "no reading of its own meter".to_owned());
            self.raise(subject, Reason::MeterSilent, standing);
        }
    }

    /// Stores a feeder; the boards of its rooms say whom it has shed if this is lost.
    fn keep_feeder(&self, place: usize) {
        let Some(supply) = self.supplies.get(place) else { return };
        let feeder = supply.site().id.clone();
        let Ok(body) = serde_json::to_string(supply.state()) else { return };
        let change = Change::Feeder(feeder.clone(), body);
        if let Err(refusal) = self.parts.database.put([change], None, OnDurable::Nothing) {
            warn!(%feeder, %refusal, "a feeder could not be stored");
        }
    }

    fn show_feeder(&self, place: usize, now: Time) {
        let Some(supply) = self.supplies.get(place) else { return };
        self.parts.publisher.feeder(&supply.view(self.parts.site.zone, now));
    }
}

impl Handler<GetFeeders> for Power {
    type Result = MessageResult<GetFeeders>;

    fn handle(&mut self, _: GetFeeders, _: &mut Self::Context) -> Self::Result {
        let (zone, now) = (self.parts.site.zone, self.now());
        let view = |supply: &Supply| -> FeederView { supply.view(zone, now) };
        MessageResult(self.supplies.iter().map(view).collect())
    }
}
