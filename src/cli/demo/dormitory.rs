//! The simulated dormitory behind the lines of a campus: the meters that the campus names, answering on
//! real Modbus over loopback, and students who plug in what they should not.

use std::{net::SocketAddr, thread::JoinHandle, time::Duration};

use anyhow::Context as _;
use onecard_devices::{line::driver::Endpoint, modbus::frame, profile::Profile};
use onecard_simulators::power::{
    appliance::DESKTOP,
    dormitory::{Dormitory, LinePlan, Plan, UnitPlan},
    evening,
    faults::Fault,
    habits::Rates,
    line::LineSettings,
    model::Model,
    wire::{Framing, Timing},
};
use tokio::sync::{oneshot, watch};

use super::super::LOOPBACK;
use crate::campus::power::Power;

/// The demonstration begins in the evening.
const BEGINS: Duration = Duration::from_hours(19);
/// Above it the simulated world calls a room overloaded; nothing follows from it here.
const LIMIT_W: f64 = 1_200.0;
/// In one room of so many they play all evening, on so many computers.
const PLAYERS: usize = 4;
const COMPUTERS: usize = 3;

/// A dormitory on a thread of its own; it ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    stop: Option<watch::Sender<bool>>,
    thread: Option<JoinHandle<anyhow::Result<()>>>,
}

/// Starts the dormitory behind the lines of a campus, and leads them to it. `None`: the campus has no
/// rooms.
pub async fn start(power: &mut Power, seed: u64, faults: bool) -> anyhow::Result<Option<Running>> {
    if power.rooms.is_empty() {
        return Ok(None);
    }
    let plan = plan_of(power)?;
    let ends: Vec<String> = plan.lines.iter().map(|line| line.name.clone()).collect();
    let rooms: Vec<String> = power.rooms.keys().map(ToString::to_string).collect();
    let broken = if faults { broken(&plan) } else { Vec::new() };
    let (stop, stopped) = watch::channel(false);
    let (tell, told) = oneshot::channel();
    // As devices are elsewhere, too.
    let thread = std::thread::Builder::new().name("dormitory".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let dormitory = Dormitory::start(plan, seed).await?;
            for (line, id, fault) in broken {
                dormitory.fault(&line, id, fault, true)?;
            }
            let addresses = ends.iter().map(|line| dormitory.address(line)).collect();
            // Who waits for it is gone only when the program ends.
            let _: Result<(), Vec<Option<SocketAddr>>> = tell.send(addresses);
            for room in rooms.iter().step_by(PLAYERS) {
                for _ in 0..COMPUTERS {
                    dormitory.inject(room, DESKTOP, dormitory.clock().now());
                }
            }
            evening::run(&dormitory, &rooms, seed, stopped).await;
            anyhow::Ok(())
        })
    })?;
    let mut running = Running { stop: Some(stop), thread: Some(thread) };
    let Ok(addresses) = told.await else {
        running.join()?;
        anyhow::bail!("the dormitory ended before it began");
    };
    for (line, address) in power.lines.values_mut().zip(addresses) {
        let address = address.context("a line of the dormitory listens")?.to_string();
        line.endpoint = Endpoint::Tcp { address, framing: line.endpoint.framing() };
    }
    Ok(Some(running))
}

impl Running {
    fn join(&mut self) -> anyhow::Result<()> {
        // The thread ends when the sender is gone.
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else { return Ok(()) };
        thread.join().map_err(|_| anyhow::anyhow!("the dormitory failed"))?
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = self.join() {
            tracing::warn!(%error, "the dormitory did not end in order");
        }
    }
}

/// The lines of a campus with its meters, as something to simulate.
fn plan_of(power: &Power) -> anyhow::Result<Plan> {
    let lines = power.lines.values().map(|line| {
        let rooms = power.rooms.values().filter(|room| room.line == line.id);
        let units = rooms.map(|room| {
            let id = room.unit.address();
            Ok(UnitPlan { id, model: model_of(&room.meter)?, rooms: vec![room.id.to_string()] })
        });
        let framing = match line.endpoint.framing() {
            frame::Framing::Tcp => Framing::Tcp,
            frame::Framing::Rtu => Framing::Rtu,
        };
        let timing = Timing {
            character_bits: line.serial.bits_per_character,
            ..Timing::at(line.serial.baud)
        };
        Ok(LinePlan {
            name: line.id.clone(),
            listen: SocketAddr::new(LOOPBACK, 0),
            settings: LineSettings { framing, timing: Some(timing), gateway_timeout: None },
            units: units.collect::<anyhow::Result<_>>()?,
        })
    });
    Ok(Plan {
        lines: lines.collect::<anyhow::Result<_>>()?,
        speed: 1.0,
        begins: BEGINS,
        limit_w: LIMIT_W,
        // What is too much comes in the evening's incidents.
        rates: Some(Rates {
            forbidden: 0.0,
            hair_dryer: 0.0,
            printer: 0.0,
            air_conditioner: 0.0,
            ..Rates::default()
        }),
    })
}

fn model_of(meter: &Profile) -> anyhow::Result<Model> {
    let model = meter.identity.model.as_str();
    let known = [("DDS238-2 ZN/SR", Model::Dds238), ("LX47LE-125", Model::Lx47le)];
    let found = known.iter().find(|(name, _)| *name == model);
    let (_, model) = found.with_context(|| format!("no simulation of the meter `{model}`"))?;
    Ok(*model)
}

/// A unit that has died, and one whose contact is welded.
fn broken(plan: &Plan) -> Vec<(String, u8, Fault)> {
    let first = plan.lines.first().and_then(|line| Some((line, line.units.last()?, Fault::Silent)));
    let last = plan.lines.last().and_then(|line| Some((line, line.units.first()?, Fault::Welded)));
    let told =
        |(line, unit, fault): (&LinePlan, &UnitPlan, Fault)| (line.name.clone(), unit.id, fault);
    first.into_iter().chain(last).map(told).collect()
}
