//! A broker with a few accounts and a controller's end to answer by hand, and clients whose every
//! event can be awaited.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use onecard::broker::{
    self, Broker, Counters, Dropped, Settings,
    accounts::{Account, Accounts, Rights, Secret},
};
use onecard_devices::{
    link::{self, Incoming, Qos, Receive},
    topic::Topics,
};
use onecard_rules::{Time, event::DeviceKind, ids::SiteId};
use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, LastWill, MqttOptions, NetworkOptions,
    Outgoing, Packet, Publish, QoS, SubscribeReasonCode,
};
use tokio::{sync::mpsc, task::JoinHandle};

pub const SWIPE: &str = "onecard/main/north/reader/r1/swipe";
pub const READER_AVAILABILITY: &str = "onecard/main/north/reader/r1/availability";
pub const COMMAND: &str = "onecard/main/north/gate/g1/command";
pub const STATE: &str = "onecard/main/north/gate/g1/state";
pub const AVAILABILITY: &str = "onecard/main/north/gate/g1/availability";

/// Long after anything awaited has happened.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let Ok(value) = tokio::time::timeout(Duration::from_secs(20), future).await else {
        panic!("waited in vain for {what}");
    };
    value
}

pub fn topics() -> Topics {
    Topics::new("onecard", &SiteId::new("main").unwrap())
}

/// A moment so many seconds into the tests' own time.
pub fn at(second: i64) -> Time {
    Time::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn secret_of(name: &str) -> Secret {
    let mut random = [0; 16];
    for (byte, letter) in random.iter_mut().zip(name.bytes().cycle()) {
        *byte = letter;
    }
    Secret::generate(random)
}

pub fn password_of(name: &str) -> String {
    secret_of(name).password()
}

fn account(name: &str, rights: Rights) -> (String, Account) {
    (name.to_owned(), Account { rights, secret: secret_of(name).hash([9; 16]) })
}

fn device(name: &str, kind: DeviceKind) -> (String, Account) {
    let rights = Rights::Device { area: "north".to_owned(), kind, device: name.to_owned() };
    account(name, rights)
}

pub fn accounts() -> Vec<(String, Account)> {
    vec![
        device("r1", DeviceKind::Reader),
        device("r2", DeviceKind::Reader),
        device("g1", DeviceKind::Gate),
        device("g2", DeviceKind::Gate),
        account("screen", Rights::Dashboard { areas: None }),
        account("north-screen", Rights::Dashboard { areas: Some(vec!["north".to_owned()]) }),
        account("office", Rights::System),
    ]
}

/// A running broker and the controller's end of it.
pub struct Desk {
    pub broker: Broker,
    pub incoming: mpsc::Receiver<Incoming>,
    pub accounts: Arc<Accounts>,
    pub dropped: Arc<Mutex<Vec<Dropped>>>,
    /// Seconds of the tests' own time.
    pub second: Arc<AtomicI64>,
}

impl Desk {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(adjust: impl FnOnce(&mut Settings)) -> Self {
        let second = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&second);
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut settings =
            Settings::new(any, topics(), Arc::new(move || at(clock.load(Ordering::SeqCst))));
        let dropped = Arc::new(Mutex::new(Vec::new()));
        let report = Arc::clone(&dropped);
        settings.on_dropped = Arc::new(move |d: &Dropped| report.lock().unwrap().push(d.clone()));
        adjust(&mut settings);
        let (sender, incoming) = mpsc::channel(1_024);
        // A full desk refuses, by dropping the message.
        let receive: Receive = Arc::new(move |message| drop(sender.try_send(message)));
        let accounts = Arc::new(Accounts::new(accounts()));
        let broker = broker::start(settings, Arc::clone(&accounts), receive).await.unwrap();
        Self { broker, incoming, accounts, dropped, second }
    }

    pub async fn counters(&self) -> Counters {
        self.broker.handle().counters().await
    }

    pub fn address(&self) -> SocketAddr {
        self.broker.addresses().tcp
    }

    /// A client that connects by its own name.
    pub async fn client(&self, name: &str) -> TestClient {
        TestClient::connect(self.options(name)).await.unwrap()
    }

    pub fn options(&self, name: &str) -> MqttOptions {
        options(self.address(), name, Some(name))
    }

    pub async fn next(&mut self) -> Incoming {
        within("a message to the controller", self.incoming.recv()).await.unwrap()
    }

    /// Takes the next message, which must be on that topic, and accepts it.
    pub async fn accept(&mut self, topic: &str) -> String {
        let message = self.next().await;
        assert_eq!(message.topic, topic);
        message.ack.accept();
        String::from_utf8(message.payload.to_vec()).unwrap()
    }

    /// Publishes, and waits until it is forwarded.
    pub async fn publish(&self, topic: &str, payload: &str, retain: bool) {
        let receipt = self.broker.publisher().publish(outgoing(topic, payload, retain)).unwrap();
        within("a receipt", receipt).await.unwrap();
    }
}

pub fn outgoing(topic: &str, payload: &str, retain: bool) -> link::Outgoing {
    link::Outgoing {
        topic: topic.to_owned(),
        payload: payload.to_owned().into(),
        qos: Qos::AtLeastOnce,
        retain,
        expiry: None,
        correlation: None,
    }
}

pub fn options(address: SocketAddr, id: &str, name: Option<&str>) -> MqttOptions {
    let mut options = MqttOptions::new(id, address.ip().to_string(), address.port());
    if let Some(name) = name {
        options.set_credentials(name, password_of(name));
    }
    options.set_max_packet_size(1024 * 1024, 1024 * 1024);
    options
}

pub fn will(topic: &str, payload: &str) -> LastWill {
    LastWill::new(topic, payload, QoS::AtLeastOnce, true)
}

#[derive(Debug)]
pub enum Happening {
    Message(Publish),
    Subscribed(Vec<SubscribeReasonCode>),
    Acknowledged,
    Completed,
    /// The client has said good-bye.
    Left,
    Closed,
}

/// A client of MQTT 3.1.1 that never connects twice. Dropping it tears its connection.
pub struct TestClient {
    pub client: AsyncClient,
    pub session_present: bool,
    happenings: mpsc::Receiver<Happening>,
    poll: JoinHandle<()>,
}

impl Drop for TestClient {
    fn drop(&mut self) {
        self.poll.abort();
    }
}

impl TestClient {
    pub async fn connect(options: MqttOptions) -> Result<Self, ConnectReturnCode> {
        let (client, mut events) = AsyncClient::new(options, 8_192);
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        network.set_connection_timeout(20);
        events.set_network_options(network);
        let session_present = match within("a connection", events.poll()).await {
            Ok(Event::Incoming(Packet::ConnAck(ack))) => ack.session_present,
            Err(ConnectionError::ConnectionRefused(code)) => return Err(code),
            other => panic!("no answer to the connection: {other:?}"),
        };
        let (sender, happenings) = mpsc::channel(16_384);
        let poll = tokio::spawn(async move {
            loop {
                let happening = match events.poll().await {
                    Ok(Event::Incoming(Packet::Publish(publish))) => Happening::Message(publish),
                    Ok(Event::Incoming(Packet::SubAck(ack))) => {
                        Happening::Subscribed(ack.return_codes)
                    }
                    Ok(Event::Incoming(Packet::PubAck(_))) => Happening::Acknowledged,
                    Ok(Event::Incoming(Packet::PubComp(_))) => Happening::Completed,
                    Ok(Event::Outgoing(Outgoing::Disconnect)) => Happening::Left,
                    Ok(_) => continue,
                    Err(_) => Happening::Closed,
                };
                let closed = matches!(happening, Happening::Closed);
                if sender.send(happening).await.is_err() || closed {
                    return;
                }
            }
        });
        Ok(Self { client, session_present, happenings, poll })
    }

    pub async fn publish(&self, topic: &str, qos: QoS, retain: bool, payload: &str) {
        self.client.publish(topic, qos, retain, payload).await.unwrap();
    }

    /// Asks for a subscription and waits for the answer.
    pub async fn subscribe(&mut self, filter: &str) -> bool {
        self.client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        let next = self.next().await;
        let Happening::Subscribed(codes) = next else {
            panic!("no answer to the subscription but {next:?}");
        };
        codes == [SubscribeReasonCode::Success(QoS::AtLeastOnce)]
    }

    pub async fn next(&mut self) -> Happening {
        within("an event of the client", self.happenings.recv()).await.unwrap_or(Happening::Closed)
    }

    pub async fn message(&mut self) -> Publish {
        let next = self.next().await;
        let Happening::Message(publish) = next else { panic!("no message but {next:?}") };
        publish
    }

    pub async fn text(&mut self) -> String {
        String::from_utf8(self.message().await.payload.to_vec()).unwrap()
    }

    pub async fn acknowledged(&mut self) {
        let next = self.next().await;
        assert!(matches!(next, Happening::Acknowledged), "no acknowledgement but {next:?}");
    }

    pub async fn closed(&mut self) {
        let next = self.next().await;
        assert!(matches!(next, Happening::Closed), "not closed but {next:?}");
    }

    /// Says good-bye, so that no will is published, and closes the connection.
    pub async fn leave(mut self) {
        self.client.disconnect().await.unwrap();
        let next = self.next().await;
        assert!(matches!(next, Happening::Left), "no good-bye but {next:?}");
    }

    /// Nothing has happened so far.
    pub fn is_quiet(&mut self) -> bool {
        self.happenings.try_recv().is_err()
    }
}
