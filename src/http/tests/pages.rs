//! Serving the dashboards: what is cached, what may run, and the page in place of them.

use actix_web::{http::Method, web};

use super::{
    super::{
        pages::{Asset, Bundle},
        *,
    },
    world::*,
};

const fn asset(path: &'static str, plain: &'static [u8]) -> Asset {
    Asset { path, plain, gzip: None }
}

static FIXTURE: Bundle = Bundle {
    assets: &[
        asset("/assets/app-1a2b.css", b"p {}"),
        Asset { path: "/assets/app-1a2b.js", plain: b"let a = 1;", gzip: Some(b"packed") },
        asset("/favicon.svg", b"<svg/>"),
        asset("/index.html", b"<!doctype html><div id=app></div>"),
    ],
    missing: None,
};

static NONE: Bundle = Bundle { assets: &[], missing: Some("npm is <not> installed") };

fn parts(world: &World, bundle: &'static Bundle) -> Parts {
    Parts { pages: web::Data::new(bundle), ..world.parts() }
}

#[actix_web::test]
async fn the_page_its_files_and_its_own_paths_are_served_each_with_its_caching() {
    let world = World::new();
    let parts = parts(&world, &FIXTURE);
    let page = "<!doctype html><div id=app></div>";
    let (lasting, hour) = ("public, max-age=31536000, immutable", "public, max-age=3600");
    let html = "text/html; charset=utf-8";
    for (path, status, kind, caching, text) in [
        ("/", 200, html, "no-store", page),
        ("/index.html", 200, html, "no-store", page),
        ("/guard", 200, html, "no-store", page),
        ("/rooms/b1-001", 200, html, "no-store", page),
        ("/assets/app-1a2b.js", 200, "text/javascript; charset=utf-8", lasting, "let a = 1;"),
        ("/assets/app-1a2b.css", 200, "text/css; charset=utf-8", lasting, "p {}"),
        ("/favicon.svg", 200, "image/svg+xml", hour, "<svg/>"),
        ("/assets/app-0000.js", 404, "application/problem+json", "no-store", ""),
        ("/robots.txt", 404, "application/problem+json", "no-store", ""),
        ("/api/nonsense", 404, "application/problem+json", "no-store", ""),
        ("/api", 404, "application/problem+json", "no-store", ""),
    ] {
        let got = send(&parts, Method::GET, path, "", "").await;
        assert_eq!(got.status, status, "{path}: {}", got.text);
        assert_eq!((got.header("content-type"), got.header("cache-control")), (kind, caching));
        assert!(text.is_empty() || got.text == text, "{path}: {}", got.text);
        assert_eq!(got.header("x-content-type-options"), "nosniff", "{path}");
    }
    let got = send(&parts, Method::POST, "/guard", "", "").await;
    assert_eq!(got.status, 404, "nothing is sent to a page");
    let got = send(&parts, Method::POST, "/health", "", "").await;
    assert_eq!(got.status, 405);
}

#[actix_web::test]
async fn nothing_runs_on_the_page_but_its_own_files_and_it_reaches_the_broker_only() {
    let world = World::new();
    let got = send(&parts(&world, &FIXTURE), Method::GET, "/", "", "").await;
    let policy = got.header("content-security-policy").to_owned();
    let directives: Vec<&str> = policy.split("; ").collect();
    for wanted in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "connect-src 'self' ws://127.0.0.1:8083",
    ] {
        assert!(directives.contains(&wanted), "{policy}");
    }
    assert!(!policy.contains("unsafe-eval") && policy.matches("unsafe-inline").count() == 1);
    let mut world = World::new();
    world.backend.websocket = Websocket::Behind("wss://card.college.cn/mqtt".to_owned());
    let got = send(&parts(&world, &FIXTURE), Method::GET, "/", "", "").await;
    assert!(
        got.header("content-security-policy").ends_with("connect-src 'self' wss://card.college.cn")
    );
    // The interface itself is no page.
    let got = send(&world.parts(), Method::GET, "/health", "", "").await;
    assert_eq!(got.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
}

#[actix_web::test]
async fn a_file_goes_out_compressed_to_whoever_takes_that() {
    let world = World::new();
    let parts = parts(&world, &FIXTURE);
    let path = "/assets/app-1a2b.js";
    for (accepted, encoding, text) in [
        ("gzip, deflate, br", "gzip", "packed"),
        ("br;q=1, gzip;q=0.5", "gzip", "packed"),
        ("gzip;q=0", "", "let a = 1;"),
        ("identity", "", "let a = 1;"),
    ] {
        let headers = [("accept-encoding", accepted)];
        let got = send_with(&parts, Method::GET, path, &headers, "").await;
        assert_eq!((got.header("content-encoding"), got.text.as_str()), (encoding, text));
        assert_eq!(got.header("vary"), "accept-encoding");
    }
}

#[actix_web::test]
async fn without_pages_a_page_says_in_both_languages_what_is_missing() {
    let world = World::new();
    let parts = parts(&world, &NONE);
    let got = send(&parts, Method::GET, "/", "", "").await;
    assert_eq!(
        (got.status.as_u16(), got.header("content-type")),
        (503, "text/html; charset=utf-8")
    );
    for words in ["没有控制台页面", "No dashboards", "npm is &lt;not&gt; installed"] {
        assert!(got.text.contains(words), "{}", got.text);
    }
    assert_eq!(send(&parts, Method::GET, "/health", "", "").await.status, 200);
    assert_eq!(send(&parts, Method::GET, "/assets/app.js", "", "").await.status, 404);
}
