//! `onecard watch`: the entry log of a running controller, live over MQTT.

use std::{fs, process::ExitCode, time::Duration};

use anyhow::{Context as _, bail};
use clap::Args;
use onecard_devices::{
    gate::wire::EntryRow,
    topic::{Channel, Topics},
};
use onecard_rules::{event::DeviceKind, ids::SiteId, reason::Reason};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, NetworkOptions, Packet, QoS};

use super::{BrokerAddress, entry_line::entry_line, say, signals};

/// How long to wait before connecting again.
const PAUSE: Duration = Duration::from_millis(500);

/// Follow the entry log.
#[derive(Debug, Args)]
pub struct Watch {
    #[command(flatten)]
    broker: BrokerAddress,
    /// The site's code.
    #[arg(long, default_value = "college")]
    site: SiteId,
    /// First segment of the topics.
    #[arg(long, default_value = "onecard")]
    root: String,
    /// Only gates of this area's topics.
    #[arg(long)]
    area: Option<String>,
    /// Only this gate.
    #[arg(long)]
    gate: Option<String>,
    /// Only who was let pass.
    #[arg(long, conflicts_with = "refused")]
    granted: bool,
    /// Only who was refused.
    #[arg(long)]
    refused: bool,
    /// Only this reason code, such as `deny_lost`.
    #[arg(long, value_parser = parse_reason)]
    reason: Option<Reason>,
}

fn parse_reason(code: &str) -> Result<Reason, String> {
    Reason::parse(code).ok_or_else(|| {
        let known = Reason::ALL.iter().map(|reason| reason.code());
        let meant = crate::campus::meant(code, known);
        meant.map_or_else(
            || format!("no reason is called `{code}`"),
            |word| format!("no reason is called `{code}`; did you mean `{word}`?"),
        )
    })
}

pub fn run(verb: &Watch) -> anyhow::Result<ExitCode> {
    let (client, events) = connect(&verb.broker)?;
    let topics = Topics::new(&verb.root, &verb.site);
    let (area, gate) = (verb.area.as_deref().unwrap_or("+"), verb.gate.as_deref().unwrap_or("+"));
    let filter = topics.build(area, DeviceKind::Gate, gate, Channel::Entry);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::select! {
            signal = signals::stop_ordered() => { signal?; }
            () = follow(verb, client, events, filter) => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn connect(address: &BrokerAddress) -> anyhow::Result<(AsyncClient, EventLoop)> {
    let split = address.broker.rsplit_once(':');
    let Some((host, Ok(port))) = split.map(|(host, port)| (host, port.parse())) else {
        bail!("`{}` is no broker; write host and port such as 127.0.0.1:1883", address.broker);
    };
    let id = format!("onecard-watch-{}", std::process::id());
    let mut options = MqttOptions::new(id, host, port);
    if let Some(username) = &address.username {
        let password = match &address.password_file {
            Some(file) => fs::read_to_string(file)
                .with_context(|| format!("cannot read `{}`", file.display()))?,
            None => String::new(),
        };
        options.set_credentials(username, password.lines().next().unwrap_or_default());
    }
    let (client, mut events) = AsyncClient::new(options, 16);
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    Ok((client, events))
}

async fn follow(verb: &Watch, client: AsyncClient, mut events: EventLoop, filter: String) {
    let mut last: std::collections::HashMap<String, u64> = std::collections::HashMap::new();
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                // The queue of a new connection is empty, so this is taken.
                if let Err(error) = client.try_subscribe(filter.clone(), QoS::AtLeastOnce) {
                    say(&format!("-- cannot subscribe: {error}"));
                }
            }
            Ok(Event::Incoming(Packet::Publish(publish))) => {
                match serde_json::from_slice::<EntryRow>(&publish.payload) {
                    Ok(row) => show(verb, &row, &publish.topic, &mut last),
                    Err(error) => say(&format!("-- a row that cannot be read: {error}")),
                }
            }
            Ok(_) => {}
            Err(error) => {
                say(&format!("-- {error}; connecting again"));
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn show(
    verb: &Watch,
    row: &EntryRow,
    topic: &str,
    last: &mut std::collections::HashMap<String, u64>,
) {
    let before = last.insert(topic.to_owned(), row.seq);
    if let (Some(before), Some(prev)) = (before, row.prev_seq)
        && before < prev
    {
        say(&format!(
            "-- rows were missed between {before} and {prev}; GET /api/entries?after={before}"
        ));
    }
    let wanted = (!verb.granted || row.granted)
        && (!verb.refused || !row.granted)
        && verb.reason.is_none_or(|reason| reason == row.reason);
    if wanted {
        say(&entry_line(row));
    }
}
