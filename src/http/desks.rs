//! Whom the handlers ask: the access service, the alarm service, the link; and how long they wait.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use actix::{Actor, Addr, Context, Handler, Message, Recipient};

use super::problem::Problem;
use crate::{
    access::{BeginMeasure, EndMeasure, Forgive, GetAreas, GetPeopleWithin, OpenGate, SetOverride},
    alarms::{Acknowledge, GetStanding, HandleAlarm},
    billing::{DecideReading, GetBilled, GetParked},
    handovers::{GetHandovers, TakeHandover, WriteHandover},
    link::LinkHandle,
    power::{
        AcceptMeter, CutRoom, CutRooms, GetFeeders, GetLines, GetRoom, GetRooms, LimitRoom,
        LimitRooms, RestoreRoom, RestoreRooms,
    },
    water::{FreeTap, GetTap, GetTaps, ShutTap},
};

/// How long an answer may take; a commit takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The access service as seen from here.
#[derive(Debug, Clone)]
pub struct AccessDesk {
    pub open: Recipient<OpenGate>,
    pub begin: Recipient<BeginMeasure>,
    pub end: Recipient<EndMeasure>,
    pub set_override: Recipient<SetOverride>,
    pub forgive: Recipient<Forgive>,
    pub areas: Recipient<GetAreas>,
    pub people: Recipient<GetPeopleWithin>,
}

impl AccessDesk {
    #[must_use]
    pub fn of<A>(service: &Addr<A>) -> Self
    where
        A: Actor<Context = Context<A>>
            + Handler<OpenGate>
            + Handler<BeginMeasure>
            + Handler<EndMeasure>
            + Handler<SetOverride>
            + Handler<Forgive>
            + Handler<GetAreas>
            + Handler<GetPeopleWithin>,
    {
        Self {
            open: service.clone().recipient(),
            begin: service.clone().recipient(),
            end: service.clone().recipient(),
            set_override: service.clone().recipient(),
            forgive: service.clone().recipient(),
            areas: service.clone().recipient(),
            people: service.clone().recipient(),
        }
    }
}

/// The alarm service as seen from here.
#[derive(Debug, Clone)]
pub struct AlarmDesk {
    pub standing: Recipient<GetStanding>,
    pub acknowledge: Recipient<Acknowledge>,
    pub handle: Recipient<HandleAlarm>,
}

impl AlarmDesk {
    #[must_use]
    pub fn of<A>(service: &Addr<A>) -> Self
    where
        A: Actor<Context = Context<A>>
            + Handler<GetStanding>
            + Handler<Acknowledge>
            + Handler<HandleAlarm>,
    {
        Self {
            standing: service.clone().recipient(),
            acknowledge: service.clone().recipient(),
            handle: service.clone().recipient(),
        }
    }
}

/// The service of notes at the change of a shift as seen from here.
#[derive(Debug, Clone)]
pub struct HandoverDesk {
    pub standing: Recipient<GetHandovers>,
    pub write: Recipient<WriteHandover>,
    pub take: Recipient<TakeHandover>,
}

impl HandoverDesk {
    #[must_use]
    pub fn of<A>(service: &Addr<A>) -> Self
    where
        A: Actor<Context = Context<A>>
            + Handler<GetHandovers>
            + Handler<WriteHandover>
            + Handler<TakeHandover>,
    {
        Self {
            standing: service.clone().recipient(),
            write: service.clone().recipient(),
            take: service.clone().recipient(),
        }
    }
}

/// The power service as seen from here.
#[derive(Debug, Clone)]
pub struct PowerDesk {
    pub rooms: Recipient<GetRooms>,
    pub room: Recipient<GetRoom>,
    pub lines: Recipient<GetLines>,
    pub feeders: Recipient<GetFeeders>,
    pub cut: Recipient<CutRoom>,
    pub restore: Recipient<RestoreRoom>,
    pub limit: Recipient<LimitRoom>,
    pub accept_meter: Recipient<AcceptMeter>,
    pub cut_all: Recipient<CutRooms>,
    pub restore_all: Recipient<RestoreRooms>,
    pub limit_all: Recipient<LimitRooms>,
}

impl PowerDesk {
    #[must_use]
    pub fn of<A>(service: &Addr<A>) -> Self
    where
        A: Actor<Context = Context<A>>
            + Handler<GetRooms>
            + Handler<GetRoom>
            + Handler<GetLines>
            + Handler<GetFeeders>
            + Handler<CutRoom>
            + Handler<RestoreRoom>
            + Handler<LimitRoom>
            + Handler<AcceptMeter>
            + Handler<CutRooms>
            + Handler<RestoreRooms>
            + Handler<LimitRooms>,
    {
        Self {
            rooms: service.clone().recipient(),
            room: service.clone().recipient(),
            lines: service.clone().recipient(),
            feeders: service.clone().recipient(),
            cut: service.clone().recipient(),
            restore: service.clone().recipient(),
            limit: service.clone().recipient(),
            accept_meter: service.clone().recipient(),
            cut_all: service.clone().recipient(),
            restore_all: service.clone().recipient(),
            limit_all: service.clone().recipient(),
        }
    }
}

/// The billing service as seen from here.
#[derive(Debug, Clone)]
pub struct BillingDesk {
    pub parked: Recipient<GetParked>,
    pub billed: Recipient<GetBilled>,
    pub decide: Recipient<DecideReading>,
}

impl BillingDesk {
    #[must_use]
    pub fn of<A>(service: &Addr<A>) -> Self
    where
        A: Actor<Context = Context<A>>
            + Handler<GetParked>
            + Handler<GetBilled>
            + Handler<DecideReading>,
    {
        Self {
            parked: service.clone().recipient(),
            billed: service.clone().recipient(),
            decide: service.clone().recipient(),
        }
    }
}

/// The water service as seen from here.
#[derive(Debug, Clone)]
pub struct WaterDesk {
    pub taps: Recipient<GetTaps>,
    pub tap: Recipient<GetTap>,
    pub shut: Recipient<ShutTap>,
    pub free: Recipient<FreeTap>,
}

impl WaterDesk {
    #[must_use]
    pub fn of<A>(service: &Addr<A>) -> Self
    where
        A: Actor<Context = Context<A>>
            + Handler<GetTaps>
            + Handler<GetTap>
            + Handler<ShutTap>
            + Handler<FreeTap>,
    {
        Self {
            taps: service.clone().recipient(),
            tap: service.clone().recipient(),
            shut: service.clone().recipient(),
            free: service.clone().recipient(),
        }
    }
}

/// Counts by name.
pub type Counts<'a> = Pin<Box<dyn Future<Output = Vec<(&'static str, u64)>> + 'a>>;

/// The link to the broker as seen from here.
pub trait LinkStatus: fmt::Debug + Send + Sync {
    /// Whether messages can come and go.
    fn is_up(&self) -> bool;

    /// What it has counted.
    fn counts(&self) -> Counts<'_>;

    /// Closes the connections of an account.
    fn disconnect<'a>(&'a self, username: &'a str) -> Pin<Box<dyn Future<Output = ()> + 'a>>;
}

impl LinkStatus for LinkHandle {
    fn is_up(&self) -> bool {
        Self::is_up(self)
    }

    fn counts(&self) -> Counts<'_> {
        Box::pin(Self::counts(self))
    }

    fn disconnect<'a>(&'a self, username: &'a str) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(Self::disconnect(self, username))
    }
}

/// Asks, and waits for the answer. The question is sent at once, whenever the answer is awaited.
pub fn ask<M>(
    desk: &Recipient<M>,
    question: M,
) -> impl Future<Output = Result<M::Result, Problem>> + use<M>
where
    M: Message<Result: Send> + Send + 'static,
{
    let answer = desk.send(question).timeout(PATIENCE);
    async move { answer.await.map_err(|_| Problem::no_answer()) }
}
