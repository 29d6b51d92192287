//! Topics: the one place that builds and parses them.
//!
//! `{root}/{site}/{area}/{kind}/{device}/{channel}`, always six segments, except the request and
//! response topics of operators' systems, which have seven.

use onecard_rules::{event::DeviceKind, ids::SiteId};

/// What stands in place of the area for things of the whole site.
pub const WHOLE_SITE: &str = "_";

/// The last segment: what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    Swipe,
    Feedback,
    Command,
    State,
    Passage,
    Entry,
    Event,
    Availability,
    Alarm,
    /// Money: who paid whom, for those who keep the books.
    Ledger,
}

impl Channel {
    pub const ALL: [Self; 10] = [
        Self::Swipe,
        Self::Feedback,
        Self::Command,
        Self::State,
        Self::Passage,
        Self::Entry,
        Self::Event,
        Self::Availability,
        Self::Alarm,
        Self::Ledger,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Swipe => "swipe",
            Self::Feedback => "feedback",
            Self::Command => "command",
            Self::State => "state",
            Self::Passage => "passage",
            Self::Entry => "entry",
            Self::Event => "event",
            Self::Availability => "availability",
            Self::Alarm => "alarm",
            Self::Ledger => "ledger",
        }
    }
}

/// A parsed topic, borrowing from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic<'a> {
    pub area: &'a str,
    pub kind: DeviceKind,
    pub device: &'a str,
    pub channel: Channel,
}

/// The topic of a request, parsed, borrowing from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    pub controller: &'a str,
    pub verb: &'a str,
}

/// The root and site of all topics of a campus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    prefix: String,
}

impl Topics {
    #[must_use]
    pub fn new(root: &str, site: &SiteId) -> Self {
        Self { prefix: format!("{root}/{site}") }
    }

    /// `{root}/{site}`, without a slash at the end.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Parses a device's topic; `None` when it is not one of this campus.
    #[must_use]
    pub fn parse<'a>(&self, topic: &'a str) -> Option<Topic<'a>> {
        let rest = topic.strip_prefix(self.prefix.as_str())?.strip_prefix('/')?;
        let mut segments = rest.split('/');
        let (area, kind, device, channel) =
            (segments.next()?, segments.next()?, segments.next()?, segments.next()?);
        if segments.next().is_some() || area.is_empty() || device.is_empty() {
            return None;
        }
        let kind = DeviceKind::ALL.into_iter().find(|known| known.as_str() == kind)?;
        let channel = Channel::ALL.into_iter().find(|known| known.as_str() == channel)?;
        Some(Topic { area, kind, device, channel })
    }

    /// Builds a device's topic.
    #[must_use]
    pub fn build(&self, area: &str, kind: DeviceKind, device: &str, channel: Channel) -> String {
        let (kind, channel) = (kind.as_str(), channel.as_str());
        format!("{}/{area}/{kind}/{device}/{channel}", self.prefix)
    }

    /// Parses `{prefix}/_/controller/{controller}/request/{verb}`; `None` when it is anything else.
    #[must_use]
    pub fn parse_request<'a>(&self, topic: &'a str) -> Option<Request<'a>> {
        let rest = topic.strip_prefix(self.prefix.as_str())?.strip_prefix('/')?;
        let mut segments = rest.split('/');
        let (area, kind, controller, word, verb) = (
            segments.next()?,
            segments.next()?,
            segments.next()?,
            segments.next()?,
            segments.next()?,
        );
        let is_request = area == WHOLE_SITE
            && kind == DeviceKind::Controller.as_str()
            && word == "request"
            && segments.next().is_none();
        (is_request && !controller.is_empty() && !verb.is_empty())
            .then_some(Request { controller, verb })
    }

    /// Where a controller hears requests; the verb may be `+`.
    #[must_use]
    pub fn request(&self, controller: &str, verb: &str) -> String {
        format!("{}/{WHOLE_SITE}/controller/{controller}/request/{verb}", self.prefix)
    }

    /// Where a controller answers them; the verb may be `#`.
    #[must_use]
    pub fn response(&self, controller: &str, verb: &str) -> String {
        format!("{}/{WHOLE_SITE}/controller/{controller}/response/{verb}", self.prefix)
    }

    /// The filter of one channel of all devices of a kind.
    #[must_use]
    pub fn all(&self, kind: DeviceKind, channel: Channel) -> String {
        self.build("+", kind, "+", channel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_parsed_back_and_anything_else_is_none() {
        let topics = Topics::new("onecard", &SiteId::new("main").expect("a site"));
        for kind in DeviceKind::ALL {
            for channel in Channel::ALL {
                let text = topics.build("north", kind, "x-1", channel);
                let parsed = Topic { area: "north", kind, device: "x-1", channel };
                assert_eq!(topics.parse(&text), Some(parsed), "{text}");
            }
        }
        for text in [
            "",
            "onecard/main",
            "onecard/main/north/reader/x/swipe/more",
            "onecard/main/north/reader/x",
            "onecard/main/north/reader//swipe",
            "onecard/main//reader/x/swipe",
            "onecard/other/north/reader/x/swipe",
            "onecard/mainnorth/reader/x/swipe",
            "onecard/main/north/READER/x/swipe",
        ] {
            assert_eq!(topics.parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_request_is_parsed_back_and_anything_else_is_none() {
        let topics = Topics::new("onecard", &SiteId::new("main").expect("a site"));
        let text = topics.request("main", "open");
        assert_eq!(text, "onecard/main/_/controller/main/request/open");
        let parsed = Request { controller: "main", verb: "open" };
        assert_eq!(topics.parse_request(&text), Some(parsed));
        assert_eq!(topics.parse(&text), None);
        for text in [
            "onecard/main/_/controller/main/request",
            "onecard/main/_/controller/main/request/",
            "onecard/main/_/controller//request/open",
            "onecard/main/_/controller/main/request/open/now",
            "onecard/main/_/controller/main/response/open",
            "onecard/main/north/controller/main/request/open",
            "onecard/main/_/gate/main/request/open",
            "onecard/other/_/controller/main/request/open",
        ] {
            assert_eq!(topics.parse_request(text), None, "{text}");
        }
    }
}
