//! Who may publish, subscribe to and leave a last will on which topic. Pure; what is not named here
//! is refused.

use onecard_devices::topic::{Channel, Topics, WHOLE_SITE};
use onecard_rules::event::DeviceKind;

use super::accounts::Rights;

/// Whose permission is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Client<'a> {
    /// A client that proved its name.
    Known(&'a Rights),
    /// A client without a name, where the broker allows them (on loopback, for demonstrations).
    Anonymous,
}

/// Why a publish, or a last will, is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("a topic must not contain wildcards")]
    Wildcard,
    #[error("the account may not publish on this topic")]
    Topic,
    #[error("only state and availability may be retained")]
    Retained,
    #[error("only state and availability may be a last will")]
    Will,
    #[error("the payload is longer than the broker takes")]
    TooLong,
}

/// What a device reports.
fn reports(kind: DeviceKind) -> &'static [Channel] {
    match kind {
        DeviceKind::Reader => &[Channel::Swipe, Channel::Availability],
        DeviceKind::Gate => &[Channel::State, Channel::Passage, Channel::Availability],
        // What is to be paid for water is the controller's to say.
        DeviceKind::Valve => &[Channel::State, Channel::Availability],
        DeviceKind::Room | DeviceKind::Bus | DeviceKind::Feeder => &[Channel::Availability],
        // The controller speaks from within the process.
        DeviceKind::Controller => &[],
    }
}

/// What a device is told.
fn orders(kind: DeviceKind) -> &'static [Channel] {
    match kind {
        DeviceKind::Reader => &[Channel::Feedback],
        DeviceKind::Gate | DeviceKind::Valve => &[Channel::Command],
        DeviceKind::Room | DeviceKind::Bus | DeviceKind::Feeder | DeviceKind::Controller => &[],
    }
}

/// What a screen shows.
const SHOWN: [Channel; 5] =
    [Channel::Entry, Channel::State, Channel::Event, Channel::Alarm, Channel::Availability];

/// Whether a channel holds the last known state, rather than news.
fn is_state(channel: Channel) -> bool {
    match channel {
        Channel::State | Channel::Availability => true,
        Channel::Swipe
        | Channel::Feedback
        | Channel::Command
        | Channel::Passage
        | Channel::Entry
        | Channel::Event
        | Channel::Alarm
        | Channel::Ledger => false,
    }
}

/// Whether the client may publish there.
///
/// # Errors
/// Says why not.
pub(super) fn publish(
    topics: &Topics,
    client: Client<'_>,
    topic: &str,
    retain: bool,
) -> Result<(), Refusal> {
    let channel = published(topics, client, topic)?;
    if retain && !channel.is_some_and(is_state) { Err(Refusal::Retained) } else { Ok(()) }
}

/// Whether the broker may publish that for the client when it is lost. Nobody acknowledges a last
/// will, so news that must not be lost, such as a swipe, cannot be one.
///
/// # Errors
/// Says why not.
pub(super) fn will(topics: &Topics, client: Client<'_>, topic: &str) -> Result<(), Refusal> {
    let channel = published(topics, client, topic)?;
    if channel.is_some_and(is_state) { Ok(()) } else { Err(Refusal::Will) }
}

/// The channel of a topic that the client may publish on; `None` for a request.
fn published(topics: &Topics, client: Client<'_>, topic: &str) -> Result<Option<Channel>, Refusal> {
    if topic.contains(['+', '#', '\0']) {
        return Err(Refusal::Wildcard);
    }
    let parsed = topics.parse(topic);
    match client {
        Client::Known(Rights::Device { area, kind, device }) => parsed
            .filter(|t| t.area == area.as_str() && t.kind == *kind && t.device == device.as_str())
            .filter(|t| reports(*kind).contains(&t.channel))
            .map(|t| Some(t.channel))
            .ok_or(Refusal::Topic),
        Client::Known(Rights::Dashboard { .. } | Rights::Screen { .. }) => Err(Refusal::Topic),
        Client::Known(Rights::System) => {
            topics.parse_request(topic).map(|_| None).ok_or(Refusal::Topic)
        }
        // Who orders something is proved by the token in the request.
        Client::Anonymous if topics.parse_request(topic).is_some() => Ok(None),
        Client::Anonymous => parsed
            .filter(|t| reports(t.kind).contains(&t.channel))
            .map(|t| Some(t.channel))
            .ok_or(Refusal::Topic),
    }
}

/// Whether the client may subscribe: only if it may read everything that the filter can match.
///
/// Nobody subscribes to `$SYS` (the broker has none; its counters are on the metrics page) nor to
/// shared subscriptions, `$share`, which would spread a gate's commands over several gates.
pub(super) fn subscribe(topics: &Topics, client: Client<'_>, filter: &str) -> bool {
    if filter.starts_with('$') {
        return false;
    }
    match client {
        Client::Known(Rights::Device { area, kind, device }) => orders(*kind)
            .iter()
            .any(|channel| covers(&topics.build(area, *kind, device, *channel), filter)),
        Client::Known(Rights::Dashboard { areas: None }) => shown(topics, "+", filter),
        Client::Known(Rights::Dashboard { areas: Some(areas) }) => {
            areas.iter().any(|area| shown(topics, area, filter))
        }
        Client::Known(Rights::System) => {
            let prefix = topics.prefix();
            shown(topics, "+", filter)
                || covers(&format!("{prefix}/{WHOLE_SITE}/controller/+/response/#"), filter)
        }
        Client::Known(Rights::Screen { filters, .. }) => {
            filters.iter().any(|allowed| covers(allowed, filter))
        }
        Client::Anonymous => true,
    }
}

fn shown(topics: &Topics, area: &str, filter: &str) -> bool {
    let prefix = topics.prefix();
    SHOWN.iter().any(|channel| covers(&format!("{prefix}/{area}/+/+/{}", channel.as_str()), filter))
}

/// Whether `pattern` matches every topic that `filter` matches.
fn covers(pattern: &str, filter: &str) -> bool {
    let mut asked = filter.split('/');
    for allowed in pattern.split('/') {
        if allowed == "#" {
            return true;
        }
        match asked.next() {
            None | Some("#") => return false,
            Some(_) if allowed == "+" => {}
            Some(segment) if segment == allowed => {}
            Some(_) => return false,
        }
    }
    asked.next().is_none()
}

#[cfg(test)]
mod tests {
    use onecard_rules::ids::SiteId;

    use super::*;

    fn topics() -> Topics {
        Topics::new("onecard", &SiteId::new("main").expect("a site"))
    }

    fn device(kind: DeviceKind) -> Rights {
        Rights::Device { area: "north".to_owned(), kind, device: "d1".to_owned() }
    }

    #[test]
    fn a_device_publishes_its_own_reports_and_nothing_else() {
        let topics = topics();
        for own in DeviceKind::ALL {
            let rights = device(own);
            for kind in DeviceKind::ALL {
                for channel in Channel::ALL {
                    for (area, name) in [("north", "d1"), ("south", "d1"), ("north", "d2")] {
                        let topic = topics.build(area, kind, name, channel);
                        let mine = kind == own && area == "north" && name == "d1";
                        let expected = mine && reports(own).contains(&channel);
                        let found = publish(&topics, Client::Known(&rights), &topic, false);
                        assert_eq!(found.is_ok(), expected, "{rights:?} {topic}");
                    }
                }
            }
        }
    }

    #[test]
    fn nobody_publishes_commands_or_what_the_controller_says() {
        let topics = topics();
        let everyone = [
            device(DeviceKind::Reader),
            device(DeviceKind::Gate),
            device(DeviceKind::Valve),
            Rights::Dashboard { areas: None },
            Rights::System,
        ];
        for channel in [Channel::Command, Channel::Feedback, Channel::Entry, Channel::Alarm] {
            for kind in DeviceKind::ALL {
                let topic = topics.build("north", kind, "d1", channel);
                for rights in &everyone {
                    let found = publish(&topics, Client::Known(rights), &topic, false);
                    assert_eq!(found, Err(Refusal::Topic), "{rights:?} {topic}");
                }
                let found = publish(&topics, Client::Anonymous, &topic, false);
                assert_eq!(found, Err(Refusal::Topic), "anonymous {topic}");
            }
        }
    }

    #[test]
    fn only_state_and_availability_are_retained_or_left_as_a_will() {
        let topics = topics();
        let gate = device(DeviceKind::Gate);
        let reader = device(DeviceKind::Reader);
        for (rights, kind, channel, expected) in [
            (&gate, DeviceKind::Gate, Channel::State, Ok(())),
            (&gate, DeviceKind::Gate, Channel::Availability, Ok(())),
            (&gate, DeviceKind::Gate, Channel::Passage, Err(Refusal::Retained)),
            (&reader, DeviceKind::Reader, Channel::Swipe, Err(Refusal::Retained)),
        ] {
            let topic = topics.build("north", kind, "d1", channel);
            assert_eq!(publish(&topics, Client::Known(rights), &topic, true), expected, "{topic}");
            let left = will(&topics, Client::Known(rights), &topic);
            assert_eq!(left, expected.map_err(|_| Refusal::Will), "{topic}");
        }
        let request = "onecard/main/_/controller/c/request/open";
        let system = Client::Known(&Rights::System);
        assert_eq!(publish(&topics, system, request, true), Err(Refusal::Retained));
        assert_eq!(will(&topics, system, request), Err(Refusal::Will));
    }

    #[test]
    fn a_topic_with_wildcards_is_refused_before_anything_else() {
        let topics = topics();
        for topic in ["onecard/main/+/gate/g/state", "#", "onecard/main/north/gate/d1/#"] {
            for client in [Client::Anonymous, Client::Known(&device(DeviceKind::Gate))] {
                assert_eq!(publish(&topics, client, topic, false), Err(Refusal::Wildcard));
            }
        }
    }

    #[test]
    fn an_operators_system_makes_requests_and_no_device_or_screen_does() {
        let topics = topics();
        for (topic, expected) in [
            ("onecard/main/_/controller/c/request/open", true),
            ("onecard/main/_/controller/c/request/", false),
            ("onecard/main/_/controller//request/open", false),
            ("onecard/main/_/controller/c/request/open/more", false),
            ("onecard/main/_/controller/c/response/open", false),
            ("onecard/main/north/controller/c/request/open", false),
            ("onecard/other/_/controller/c/request/open", false),
        ] {
            let found = publish(&topics, Client::Known(&Rights::System), topic, false);
            assert_eq!(found.is_ok(), expected, "{topic}");
            let nameless = publish(&topics, Client::Anonymous, topic, false);
            assert_eq!(nameless.is_ok(), expected, "{topic}");
            for other in [device(DeviceKind::Gate), Rights::Dashboard { areas: None }] {
                let found = publish(&topics, Client::Known(&other), topic, false);
                assert_eq!(found, Err(Refusal::Topic), "{other:?} {topic}");
            }
        }
    }

    #[test]
    fn a_filter_is_allowed_only_if_all_it_can_match_is() {
        let topics = topics();
        let gate = device(DeviceKind::Gate);
        let all = Rights::Dashboard { areas: None };
        let north = Rights::Dashboard { areas: Some(vec!["north".to_owned(), "_".to_owned()]) };
        for (rights, filter, expected) in [
            (&gate, "onecard/main/north/gate/d1/command", true),
            (&gate, "onecard/main/north/gate/d2/command", false),
            (&gate, "onecard/main/north/gate/+/command", false),
            (&gate, "onecard/main/north/gate/d1/+", false),
            (&gate, "onecard/main/north/gate/d1/#", false),
            (&gate, "onecard/main/north/gate/d1/state", false),
            (&gate, "#", false),
            (&all, "onecard/main/+/gate/+/entry", true),
            (&all, "onecard/main/south/gate/g/state", true),
            (&all, "onecard/main/+/+/+/alarm", true),
            (&all, "onecard/main/+/+/+/+", false),
            (&all, "onecard/main/+/reader/+/swipe", false),
            (&all, "onecard/main/#", false),
            (&all, "onecard/+/+/gate/+/entry", false),
            (&all, "#", false),
            (&all, "$SYS/#", false),
            (&all, "$share/group/onecard/main/+/gate/+/entry", false),
            (&north, "onecard/main/north/+/+/state", true),
            (&north, "onecard/main/_/controller/+/availability", true),
            (&north, "onecard/main/+/+/+/state", false),
            (&north, "onecard/main/south/+/+/state", false),
            (&Rights::System, "onecard/main/+/gate/+/entry", true),
            (&Rights::System, "onecard/main/_/controller/c/response/#", true),
            (&Rights::System, "onecard/main/_/controller/c/response/open", true),
            (&Rights::System, "onecard/main/_/controller/c/request/#", false),
            (&Rights::System, "onecard/main/+/gate/+/command", false),
        ] {
            let found = subscribe(&topics, Client::Known(rights), filter);
            assert_eq!(found, expected, "{rights:?} {filter}");
        }
        assert!(subscribe(&topics, Client::Anonymous, "#"));
        assert!(!subscribe(&topics, Client::Anonymous, "$SYS/#"));
    }

    /// MQTT's own rule, the slow way.
    fn matches(filter: &str, topic: &str) -> bool {
        let (mut asked, mut given) = (filter.split('/'), topic.split('/'));
        loop {
            match (asked.next(), given.next()) {
                (Some("#"), _) | (None, None) => return true,
                (Some("+"), Some(_)) => {}
                (Some(a), Some(b)) if a == b => {}
                _ => return false,
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn a_covered_filter_matches_nothing_outside_the_pattern(
            pattern in "(a|b|\\+)(/(a|b|\\+)){0,3}(/#)?",
            filter in "(a|b|\\+)(/(a|b|\\+)){0,3}(/#)?|#",
            topic in "(a|b)(/(a|b)){0,4}",
        ) {
            if covers(&pattern, &filter) && matches(&filter, &topic) {
                proptest::prop_assert!(matches(&pattern, &topic), "{pattern} {filter} {topic}");
            }
        }

        #[test]
        fn a_plain_topic_is_covered_exactly_when_it_is_matched(
            pattern in "(a|b|\\+)(/(a|b|\\+)){0,3}(/#)?",
            topic in "(a|b)(/(a|b)){0,4}",
        ) {
            proptest::prop_assert_eq!(covers(&pattern, &topic), matches(&pattern, &topic));
        }
    }
}
