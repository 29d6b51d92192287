//! One room as billing keeps it.

use onecard_devices::profile::Count;
use onecard_rules::{
    Time,
    billing::{Billed, By},
    calendar::Calendar,
    credit::{Credit, Dark},
    ids::{AreaId, MeterId, RoomId, TariffId},
    ledger::AccountName,
    money::Fen,
    tariff::{Place, Tariff},
    usage::{Reading, Spec},
};

use super::{BilledView, ParkedView, RegisterView};
use crate::{campus::power::Room, power::MeterRead, store::ledger::Keep};

/// What the state of a meter is kept as, beside money.
pub const METER: &str = "meter";
/// What the credit of a room is kept as.
pub const CREDIT: &str = "credit";

/// A room that pays in advance.
pub struct Post {
    pub room: RoomId,
    pub name: String,
    pub area: AreaId,
    /// The place of its meter has the room's name.
    pub meter: MeterId,
    pub tariff: TariffId,
    pub versions: Vec<Tariff>,
    pub people: u32,
    pub exempt: bool,
    /// The most that can flow in an hour, in Wh.
    most_per_hour: u64,
    /// As it is on disk, and what readings since have shown that were not billed.
    pub billed: Billed,
    pub credit: Credit,
    /// What it can spend, when that is known.
    pub balance: Option<Fen>,
    /// An order about it is under way.
    pub busy: bool,
    /// Power has not heard how it stands.
    pub untold: bool,
    /// The alarm that it cannot be billed stands.
    pub unbilled: bool,
}

impl Post {
    /// `None`: nobody could have named such a meter.
    pub fn new(site: &Room, tariff: &TariffId, versions: Vec<Tariff>) -> Option<Self> {
        let limits = site.settings.limits();
        let watts = (limits.rated_current_a * limits.nominal_voltage_v).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a circuit of this campus was checked to be below a megawatt"
        )]
        let most_per_hour = watts as u64;
        Some(Self {
            room: site.id.clone(),
            name: site.name.clone(),
            area: site.area.clone(),
            meter: MeterId::new(site.id.as_str()).ok()?,
            tariff: tariff.clone(),
            versions,
            people: site.people,
            exempt: site.exempt,
            most_per_hour,
            billed: Billed::default(),
            credit: Credit::default(),
            balance: None,
            busy: false,
            untold: true,
            unbilled: false,
        })
    }

    pub fn account(&self) -> AccountName {
        AccountName::Room(self.room.clone())
    }

    /// What its meter can do; `None`: what it counts is not for billing.
    pub fn spec(&self, register: &Count) -> Option<Spec> {
        let counter = register.counter?;
        Some(Spec {
            modulus: counter.wraps_at().and_then(|modulus| u64::try_from(modulus).ok()),
            resolution: counter.resolution.max(1),
            most_per_hour: self.most_per_hour,
            stale_after: chrono::TimeDelta::minutes(5),
        })
    }

    /// What holds while its meter is not asked: the decision of a person needs no bound.
    pub fn any_spec(&self) -> Spec {
        Spec {
            modulus: None,
            resolution: 1,
            most_per_hour: self.most_per_hour,
            stale_after: chrono::TimeDelta::minutes(5),
        }
    }

    pub fn reading(read: &MeterRead) -> Option<Reading> {
        Some(Reading {
            at: read.at,
            age: chrono::TimeDelta::zero(),
            register: u64::try_from(read.register.value).ok()?,
            serial: read.serial.clone(),
            settings: None,
            reversed: false,
        })
    }

    pub fn by<'a>(&'a self, spec: &'a Spec, calendar: &'a Calendar, zone: chrono_tz::Tz) -> By<'a> {
        let place = Place { zone, calendar, people: self.people };
        By { spec, versions: &self.versions, place }
    }

    /// Since when nothing was billed.
    pub fn billed_at(&self) -> Option<Time> {
        self.billed.meter.billed.map(|point| point.at)
    }

    pub fn keep_meter(&self, next: &Billed) -> Option<Keep> {
        let body = serde_json::to_string(next).ok()?;
        Some(Keep { kind: METER, key: self.room.to_string(), body: Some(body) })
    }

    pub fn keep_credit(&self) -> Option<Keep> {
        let body = serde_json::to_string(&self.credit).ok()?;
        Some(Keep { kind: CREDIT, key: self.room.to_string(), body: Some(body) })
    }

    pub fn parked(&self, zone: chrono_tz::Tz) -> Option<ParkedView> {
        let names = (&self.room, self.name.as_str(), self.area.as_str());
        self.billed.meter.parked.map(|parked| ParkedView::of(names, &parked, zone))
    }

    pub fn view(&self, zone: chrono_tz::Tz) -> BilledView {
        let dark = match self.credit.dark {
            Dark::No => "no",
            Dark::Deferred { .. } => "deferred",
            Dark::Yes { .. } => "yes",
        };
        BilledView {
            room: self.room.to_string(),
            name: self.name.clone(),
            area: self.area.to_string(),
            tariff: self.tariff.clone(),
            people: self.people,
            exempt: self.exempt,
            balance_fen: self.balance.map(Fen::get),
            credit: self.credit.level.as_str().to_owned(),
            dark: dark.to_owned(),
            billed: self.billed.meter.billed.map(|point| RegisterView::of(point, zone)),
            free_wh: self.billed.standing.free,
            parked: self.parked(zone),
        }
    }
}
