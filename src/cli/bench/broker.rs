//! A bare embedded broker: everything but the controller, for measuring the floor.

use std::{net::SocketAddr, process::ExitCode, sync::Arc};

use clap::Args;
use onecard_devices::{clock::Now as _, link::Incoming, topic::Topics};
use onecard_rules::ids::SiteId;

use crate::{
    broker::{self, accounts::Accounts},
    cli::signals,
    clock::SystemClock,
};

/// A bare embedded broker.
#[derive(Debug, Args)]
pub struct Broker {
    /// Where to listen; loopback only, for it lets everybody in.
    #[arg(long)]
    listen: SocketAddr,
    /// The site's code.
    #[arg(long)]
    site: SiteId,
}

pub fn run(verb: &Broker) -> anyhow::Result<ExitCode> {
    let topics = Topics::new("onecard", &verb.site);
    actix::System::new().block_on(async {
        let clock = Arc::new(|| SystemClock.now());
        let mut settings = broker::Settings::new(verb.listen, topics, clock);
        settings.anonymous = true;
        let accounts = Arc::new(Accounts::new([]));
        let receive = Arc::new(|incoming: Incoming| incoming.ack.accept());
        let broker = broker::start(settings, accounts, receive).await?;
        signals::stop_ordered().await?;
        broker.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}
