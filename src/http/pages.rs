//! The dashboards: files that were built into the program, each with its media type, its time in
//! caches, and a policy that lets nothing else run on the page.
//!
//! What makes them is the build script; this only serves. A path that is no file is the page itself,
//! which finds its own way.

use std::fmt::Write as _;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, VARY},
    },
    web,
};

use super::{Backend, openapi};

/// A file of the pages.
#[derive(Debug)]
pub struct Asset {
    /// Begins with a slash.
    pub path: &'static str,
    pub plain: &'static [u8],
    /// The same, compressed; absent where that would not help.
    pub gzip: Option<&'static [u8]>,
}

/// The pages that were built in.
#[derive(Debug)]
pub struct Bundle {
    /// In order of their paths.
    pub assets: &'static [Asset],
    /// Why there are none.
    pub missing: Option<&'static str>,
}

/// What the build script made.
pub static BUILT_IN: Bundle = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

const INDEX: &str = "/index.html";
/// The build names these files after what is in them.
const HASHED: &str = "/assets/";

impl Bundle {
    fn find(&self, path: &str) -> Option<&'static Asset> {
        let at = self.assets.binary_search_by(|asset| asset.path.cmp(path)).ok()?;
        self.assets.get(at)
    }
}

/// Answers what no handler took: a file of the pages, the page itself, or a refusal.
pub async fn serve(
    request: HttpRequest,
    backend: web::Data<Backend>,
    bundle: web::Data<&'static Bundle>,
) -> HttpResponse {
    let path = request.path();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_ours = path != "/api" && !path.starts_with("/api/") && !openapi::is_known(path);
    if !is_read || !is_ours {
        return actix_web::ResponseError::error_response(&openapi::refuse(&request));
    }
    if let Some(asset) = bundle.find(path).filter(|asset| asset.path != INDEX) {
        let lasting = if path.starts_with(HASHED) {
            "public, max-age=31536000, immutable"
        } else {
            "public, max-age=3600"
        };
        return file(&request, asset, lasting, &policy(None));
    }
    // A file that an older page asks for is not there any more; the page would be no answer.
    let is_file = path != INDEX && path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_file {
        return actix_web::ResponseError::error_response(&openapi::refuse(&request));
    }
    match bundle.find(INDEX) {
        Some(index) => {
            let policy = policy(backend.websocket.url(&request).as_deref());
            file(&request, index, "no-store", &policy)
        }
        None => HttpResponse::ServiceUnavailable()
            .content_type("text/html; charset=utf-8")
            .body(instead(bundle.missing.unwrap_or("The build left no `index.html`."))),
    }
}

fn file(request: &HttpRequest, asset: &Asset, lasting: &str, policy: &str) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .content_type(media_type(asset.path))
        .insert_header((CACHE_CONTROL, lasting))
        .insert_header((CONTENT_SECURITY_POLICY, policy));
    let accepted = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let takes_gzip = accepted.is_some_and(|list| {
        list.split(',').any(|word| {
            let mut parts = word.split(';').map(str::trim);
            parts.next() == Some("gzip") && !parts.any(|part| matches!(part, "q=0" | "q=0.0"))
        })
    });
    if asset.gzip.is_some() {
        response.insert_header((VARY, "accept-encoding"));
    }
    match asset.gzip.filter(|_| takes_gzip) {
        Some(packed) => response.insert_header((CONTENT_ENCODING, "gzip")).body(packed),
        None => response.body(asset.plain),
    }
}

/// What may run and load on a page: files of ours, and the broker. Charts write styles into
/// attributes of what they draw; nothing may write a script.
fn policy(broker: Option<&str>) -> String {
    let mut policy = String::from(
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self'; media-src 'self'; manifest-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'; connect-src 'self'",
    );
    if let Some(url) = broker {
        // Writing to a string cannot fail.
        let _ = write!(policy, " {}", source_of(url));
    }
    policy
}

/// A URL's scheme, host and port: with a path, a policy would hold for that path alone, and a
/// redirect be let go anywhere.
fn source_of(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
    url.get(..end).unwrap_or(url)
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wav" => "audio/wav",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The page in place of the pages.
fn instead(why: &str) -> String {
    let why = why.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<meta charset=\"utf-8\">\n<title>OneCard</title>\n\
         <h1>没有控制台页面 · No dashboards</h1>\n\
         <p>控制器运行正常，但本程序在编译时没有带上网页。安装 Node.js 后重新编译即可（cargo build）。\
         接口照常可用：<a href=\"/openapi.json\">/openapi.json</a>、<a href=\"/health\">/health</a>。</p>\n\
         <p lang=\"en\">The controller runs, but this program was built without its pages. Install \
         Node.js and build it again (cargo build). The interface is there all the same: \
         <a href=\"/openapi.json\">/openapi.json</a>, <a href=\"/health\">/health</a>.</p>\n\
         <p>原因 · What was in the way:</p>\n<pre>{why}</pre>\n</html>\n"
    )
}
