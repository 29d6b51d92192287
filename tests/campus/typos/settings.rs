//! The site, its broker, HTTP, process and limits.

use super::{CAMPUS, Row};

pub const ROWS: &[Row] = &[
    // campus.toml: syntax and the site
    (CAMPUS, "zone = \"Asia/Shanghai\"", "zone = \"Asia/Shanghai", "campus.toml:8:*not TOML*mend"),
    (CAMPUS, "[site]", "[sites]", "campus.toml:1: site: is missing; add"),
    (CAMPUS, "[site]", "[sites]", "campus.toml:4: sites: is not a key*did you mean `site`?"),
    (CAMPUS, "id = \"campus-site\"", "", "campus.toml:4: site.id: is missing; add `id = …`"),
    (CAMPUS, "id = \"campus-site\"", "id = 7", "campus.toml:6: site.id: is 7; write a text"),
    (
        CAMPUS,
        "id = \"campus-site\"",
        "id = \"a/b\"",
        "campus.toml:6: site.id:*contains `/`*write a code",
    ),
    (
        CAMPUS,
        "name = \"示范校园\"",
        "nmae = \"x\"",
        "campus.toml:7: site.nmae:*did you mean `name`?",
    ),
    (
        CAMPUS,
        "name = \"示范校园\"",
        "name = true",
        "campus.toml:7: site.name: is true; write a text",
    ),
    (
        CAMPUS,
        "Asia/Shanghai",
        "Asia/Shanghia",
        "campus.toml:8: site.zone: `Asia/Shanghia`*write a zone such as",
    ),
    (
        CAMPUS,
        "trainings = [\"laser-safety\"]",
        "trainings = \"laser-safety\"",
        "campus.toml:10: site.trainings:*write a list",
    ),
    (
        CAMPUS,
        "trainings = [\"laser-safety\"]",
        "trainings = [\"laser safety\"]",
        "campus.toml:10: site.trainings:*contains ` `",
    ),
    (
        CAMPUS,
        "trainings = [\"laser-safety\"]",
        "trainings = [7]",
        "campus.toml:10: site.trainings: is 7",
    ),
    (
        CAMPUS,
        "trainings = [",
        "topic_root = \"a b\"\ntrainings = [",
        "campus.toml:10: site.topic_root:*contains ` `",
    ),
    (
        CAMPUS,
        "trainings = [",
        "gates_csv = \"none.csv\"\ntrainings = [",
        "none.csv: cannot be read*see that it is there",
    ),
    // campus.toml: broker and HTTP
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1\"",
        "campus.toml:14: broker.listen:*write an address and port",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = 1883",
        "campus.toml:14: broker.listen: is 1883",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "lisen = \"127.0.0.1:1883\"",
        "campus.toml:14: broker.lisen:*did you mean `listen`?",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "outside = \"broker\"",
        "campus.toml:14: broker.outside: `broker` is not good; write host and port",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "outside = \"b:99999\"",
        "campus.toml:14: broker.outside:*write host and port",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\noutside = \"b:1883\"",
        "campus.toml:14: broker.listen: stands beside `outside`",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"0.0.0.0:1883\"\nanonymous = true",
        "broker.anonymous: lets everybody in*listen on 127.0.0.1",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nanonymous = 1",
        "campus.toml:15: broker.anonymous: is 1; write `true` or `false`",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\ntls_listen = \"0.0.0.0:8883\"",
        "broker.tls_listen: needs all of*add what is missing",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nwebsocket = \"here\"",
        "campus.toml:15: broker.websocket: `here`",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"0.0.0.0:1883\"\nanonymous = true",
        "campus.toml:15: broker.anonymous: lets everybody in",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "outside = \"b.college.cn:1883\"\nwebsocket = \"127.0.0.1:8083\"",
        "campus.toml:15: broker.websocket: stands beside `outside`; keep",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nca_file = \"ca.pem\"",
        "campus.toml:15: broker.ca_file: is for a broker of your own; add `outside",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nclient_id = \"x\"",
        "campus.toml:15: broker.client_id: is for a broker of your own; add `outside",
    ),
    (
        CAMPUS,
        "byte_order = \"reversed\"",
        "kept = \"last\"",
        "readers.library-1-in.kept: is for Wiegand readers; a UID is kept whole; remove it",
    ),
    (
        CAMPUS,
        "format = \"uid\"",
        "format = \"wiegand37\"",
        "readers.library-1-in.format:*no whole bytes to reverse",
    ),
    (CAMPUS, "[broker]", "[borker]", "campus.toml:1: broker: is missing"),
    (
        CAMPUS,
        "listen = \"127.0.0.1:8080\"",
        "listen = \"localhost\"",
        "campus.toml:21: http.listen: `localhost`",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:8080\"",
        "listen = \"0.0.0.0:8080\"\nanonymous_read = true",
        "http.anonymous_read: shows people's movements",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nwebsocket_url = \"wss://card.college.cn/mqtt\"",
        "broker.websocket_url: leads nowhere; add `websocket`",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\nwebsocket_url = \"wss://a; script-src *\"",
        "broker.websocket_url: `wss://a; script-src *` is not good",
    ),
    (CAMPUS, "[http]", "[htpt]", "campus.toml:1: http: is missing"),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "outside = \"b.college.cn:8883\"\nca_file = \"ca.pem\"",
        "campus.toml:15: broker.ca_file: `ca.pem` cannot be read*name the PEM file",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "outside = \"b.college.cn:8883\"\nca_file = \"calendar.toml\"",
        "campus.toml:15: broker.ca_file: `calendar.toml` cannot be used: there is no certificate in it",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "outside = \"b.college.cn:1883\"\npassword_file = \"/dev/null\"",
        "campus.toml:15: broker.password_file: `/dev/null` begins with an empty line; write the",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "outside = \"b.college.cn:1883\"\npassword_file = \"secret\"",
        "campus.toml:15: broker.password_file: `secret` cannot be read*into its first line",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\ntls_listen = \"127.0.0.1:8883\"\ncertificate = \"calendar.toml\"\n\
         key = \"k.pem\"",
        "campus.toml:16: broker.certificate: `calendar.toml` holds no certificate; name a PEM file",
    ),
    (
        CAMPUS,
        "listen = \"127.0.0.1:1883\"",
        "listen = \"127.0.0.1:1883\"\ntls_listen = \"127.0.0.1:8883\"\ncertificate = \"calendar.toml\"\n\
         key = \"k.pem\"",
        "campus.toml:17: broker.key: `k.pem` cannot be read*BEGIN",
    ),
    // campus.toml: process
    (
        CAMPUS,
        "[limits]",
        "[process]\nawake_from = -1\n[limits]",
        "campus.toml:24: process.awake_from: is -1; write a whole number from 0 to 100000",
    ),
    (
        CAMPUS,
        "[limits]",
        "[process]\nawake_form = 50\n[limits]",
        "campus.toml:24: process.awake_form:*did you mean `awake_from`?",
    ),
    (CAMPUS, "[limits]", "[proces]\n[limits]", "campus.toml:23: proces:*did you mean `process`?"),
    // campus.toml: limits
    (
        CAMPUS,
        "swipe_age_s = 5",
        "swipe_age_s = 0",
        "campus.toml:25: limits.swipe_age_s: is 0; write a whole number from 1 to 60",
    ),
    (
        CAMPUS,
        "swipe_age_s = 5",
        "swipe_age_s = 5.5",
        "campus.toml:25: limits.swipe_age_s: is `5.5`; write a whole number",
    ),
    (
        CAMPUS,
        "swipe_age_s = 5",
        "swipe_age = 5",
        "campus.toml:25: limits.swipe_age:*did you mean `swipe_age_s`?",
    ),
    (
        CAMPUS,
        "unknown_cards = 5",
        "unknown_cards = 50",
        "campus.toml:27: limits.unknown_cards: is 50; write a whole number from 1 to 5",
    ),
    (
        CAMPUS,
        "retention_days = 365",
        "retention_days = 30",
        "campus.toml:30: limits.retention_days: is 30; write a whole number from 180",
    ),
    (
        CAMPUS,
        "retention_days = 365",
        "retention_days = \"365\"",
        "campus.toml:30: limits.retention_days: is `365`",
    ),
];
