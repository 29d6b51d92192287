//! The link to an outside broker over TLS: whom it trusts, and that it carries messages then.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/broker.rs"]
#[expect(
    dead_code,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "shared with other tests"
)]
mod broker;

use std::{sync::Arc, time::Duration};

use broker::{Broker, PATIENCE, PROBE};
use bytes::Bytes;
use onecard_devices::link::{
    Outgoing, Qos,
    outside::{Settings, Timings, Tls, TlsMistake, connect},
};
use onecard_rules::Time;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::time::timeout;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

/// A broker with a certificate for `name` by `authority`.
async fn broker(authority: &Authority, name: &str) -> Broker {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a certificate with its key");
    let mut broker = Broker::start().await;
    broker.tls = Some(TlsAcceptor::from(Arc::new(config)));
    broker
}

fn settings(broker: &Broker, trusted: &Authority) -> Settings {
    let host = broker.address.ip().to_string();
    Settings {
        tls: Some(Tls::new(trusted.pem().as_bytes(), &host).expect("an authority")),
        host,
        port: broker.address.port(),
        credentials: None,
        client_id: "controller-c1".to_owned(),
        subscriptions: vec![],
        probe_topic: PROBE.to_owned(),
        availability: None,
        capacity: 100,
        max_packet: 256 * 1024,
        now: Arc::new(|| Time::UNIX_EPOCH),
        last_alive: None,
        timings: Timings { probe: Duration::from_millis(10), ..Timings::default() },
        seed: 7,
    }
}

#[tokio::test]
async fn messages_pass_to_a_broker_that_is_trusted() {
    let trusted = authority();
    let broker = broker(&trusted, "127.0.0.1").await;
    let (out, handle, driver) =
        connect(settings(&broker, &trusted), Arc::new(drop)).expect("settings");
    tokio::spawn(driver.run());
    let mut peer = broker.accept(false).await;
    // Longer than what TLS and the socket hold at once.
    let payload = Bytes::from("x".repeat(200_000));
    let (topic, qos) = ("onecard/main/north/gate/g1/command".to_owned(), Qos::AtLeastOnce);
    let message = Outgoing { topic, payload, qos, retain: false, expiry: None, correlation: None };
    let receipt = out.publish(message.clone()).expect("room");
    let publish = peer.publish().await;
    assert_eq!(publish.payload, message.payload);
    peer.acknowledge(publish.pkid).await;
    tokio::select! {
        taken = timeout(PATIENCE, receipt) => taken.expect("an answer").expect("it was taken over"),
        _ = peer.next() => unreachable!("nothing else was sent"),
    }
    let stopped = tokio::spawn(async move { handle.stop().await });
    assert!(peer.hang_up().await, "without an order the broker would publish the last will");
    timeout(PATIENCE, stopped).await.expect("the link ends").expect("no panic");
}

#[tokio::test]
async fn a_broker_that_is_not_trusted_hears_nothing() {
    let (trusted, other) = (authority(), authority());
    for (signed_by, name) in [(&other, "127.0.0.1"), (&trusted, "broker.college.cn")] {
        let broker = broker(signed_by, name).await;
        let (_out, handle, driver) =
            connect(settings(&broker, &trusted), Arc::new(drop)).expect("settings");
        tokio::spawn(driver.run());
        // It comes again and again, like at any broker that cannot be used.
        for _ in 0..3 {
            let why = broker.stream().await.err().expect("the client hangs up").to_string();
            assert!(why.contains("fatal alert"), "{name}: {why}");
        }
        assert!(!*handle.connected.borrow());
    }
}

#[test]
fn what_holds_no_authority_is_refused_with_what_is_missing() {
    let good = authority().pem();
    let cut = good.replace("-----END", "");
    for (pem, host, fragment) in [
        ("", "b.college.cn", "no certificate"),
        ("password", "b.college.cn", "no certificate"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "b.college.cn",
            "cannot be read",
        ),
        (cut.as_str(), "b.college.cn", "cannot be read"),
        (good.as_str(), "not a name", "`not a name`"),
    ] {
        let mistake: TlsMistake = Tls::new(pem.as_bytes(), host).expect_err(fragment);
        assert!(mistake.to_string().contains(fragment), "{pem}: {mistake}");
    }
}
