//! Where pages find the broker.

use std::net::SocketAddr;

use actix_web::HttpRequest;

/// Where the broker listens for pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Websocket {
    /// The campus has a broker of its own.
    Outside,
    /// The embedded broker listens for none.
    Closed,
    Open(SocketAddr),
    /// Behind a proxy, at this URL.
    Behind(String),
}

impl Websocket {
    /// The URL for who asks. A broker that listens on all addresses is named as the page's own host
    /// is.
    pub fn url(&self, request: &HttpRequest) -> Option<String> {
        match self {
            Self::Outside | Self::Closed => None,
            Self::Behind(url) => Some(url.clone()),
            Self::Open(address) if address.ip().is_unspecified() => {
                let info = request.connection_info();
                let host = info.host();
                // The port after the last colon; an address in brackets has colons of its own.
                let host = match host.rsplit_once(':') {
                    Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
                    Some(_) | None => host,
                };
                let plain =
                    |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
                host.chars().all(plain).then(|| format!("ws://{host}:{}", address.port()))
            }
            Self::Open(address) => Some(format!("ws://{address}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_url_is_one_that_the_page_reaches() {
        let open = |address: &str| Websocket::Open(address.parse().unwrap());
        let behind = Websocket::Behind("wss://card.college.cn/mqtt".to_owned());
        for (websocket, host, expected) in [
            (open("127.0.0.1:8083"), "localhost:8080", Some("ws://127.0.0.1:8083")),
            (open("0.0.0.0:8083"), "10.0.0.7:8080", Some("ws://10.0.0.7:8083")),
            (open("0.0.0.0:8083"), "card.college.cn", Some("ws://card.college.cn:8083")),
            (open("[::]:8083"), "[::1]:8080", Some("ws://[::1]:8083")),
            (open("0.0.0.0:8083"), "evil; script-src *", None),
            (behind, "10.0.0.7", Some("wss://card.college.cn/mqtt")),
            (Websocket::Closed, "localhost", None),
            (Websocket::Outside, "localhost", None),
        ] {
            let request = TestRequest::default().insert_header(("host", host)).to_http_request();
            assert_eq!(websocket.url(&request).as_deref(), expected, "{websocket:?} {host}");
        }
    }
}
