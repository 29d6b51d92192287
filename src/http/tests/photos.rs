//! Photos: whose are shown to whom.

use std::collections::BTreeSet;

use actix_web::http::Method;
use onecard_rules::operator::{Rights, Role, Scope};

use super::world::*;
use crate::photos::Photos;

const JPEG: &[u8] = b"\xff\xd8\xff\xe0 even";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n new";

/// Entries of `even` and `odd` are all at the library's gate.
async fn world() -> (World, Photos) {
    let world = World::new();
    world.record(2).await;
    let photos = Photos::in_data(world.folder.path());
    for person in ["even", "odd", "elsewhere"] {
        photos.put(&id(person), JPEG).unwrap();
    }
    photos.put(&id("text"), b"no photo at all").unwrap();
    (world, photos)
}

#[actix_web::test]
async fn a_photo_is_shown_as_what_it_is_and_a_new_one_at_once() {
    let (world, photos) = world().await;
    let got = get(&world, "/api/people/even/photo").await;
    assert_eq!((got.status.as_u16(), got.header("content-type")), (200, "image/jpeg"));
    assert_eq!(got.header("cache-control"), "no-store", "a face is kept nowhere");
    assert!(got.text.ends_with("even"));
    photos.put(&id("even"), PNG).unwrap();
    let got = get(&world, "/api/people/even/photo").await;
    assert_eq!((got.status.as_u16(), got.header("content-type")), (200, "image/png"));
    for nobody in ["unknown", "..", "a%20b", "text"] {
        let got = get(&world, &format!("/api/people/{nobody}/photo")).await;
        let code = got.body["code"].as_str().unwrap_or_default();
        assert_eq!(got.status, 404, "{nobody}: {}", got.text);
        assert!(["unknown_photo", "unknown_path"].contains(&code), "{nobody}: {code}");
    }
}

#[actix_web::test]
async fn a_guard_sees_faces_of_those_who_have_been_at_the_own_gates_only() {
    let (world, _) = world().await;
    let parts = world.parts();
    let at = |area: &str| Scope::Places { areas: [id(area)].into(), gates: BTreeSet::new() };
    let whole = Scope::Site;
    let rows = [
        ("g1", Role::Guard, at("library"), "even", 200),
        ("g2", Role::Guard, at("library"), "elsewhere", 404),
        ("d1", Role::DormitoryManager, at("library"), "odd", 200),
        ("s1", Role::Security, whole.clone(), "elsewhere", 200),
        ("f1", Role::Finance, whole.clone(), "even", 403),
        ("u1", Role::Utilities, whole, "even", 403),
    ];
    for (name, role, scope, person, status) in rows {
        let token = world.token_of(name, &Rights { role, scope });
        let path = format!("/api/people/{person}/photo");
        let got = send(&parts, Method::GET, &path, &token, "").await;
        assert_eq!(got.status.as_u16(), status, "{name} {path}: {}", got.text);
    }
    let gate = Scope::Places { areas: BTreeSet::new(), gates: [id("main-1")].into() };
    let token = world.token_of("g3", &Rights { role: Role::Guard, scope: gate });
    let got = send(&parts, Method::GET, "/api/people/even/photo", &token, "").await;
    assert_eq!(got.status, 404, "at the main gate nobody has been: {}", got.text);
}

#[actix_web::test]
async fn without_a_name_nobody_sees_a_face_even_where_anybody_may_read() {
    let (mut world, _) = world().await;
    world.backend.anonymous_read = true;
    let got = send(&world.parts(), Method::GET, "/api/people/even/photo", "", "").await;
    assert_eq!(got.status, 401, "{}", got.text);
}
