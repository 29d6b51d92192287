//! A small campus in a temporary folder, its people, and a controller of it.

use std::{fs, net::SocketAddr, path::Path, sync::mpsc, thread::JoinHandle};

use onecard::{
    campus::{self, Campus},
    controller::Controller,
    store::database::{self, Editor},
};
use onecard_rules::{
    Time,
    person::{Card, CardState, Person, PersonKind},
};
use tempfile::TempDir;

/// A campus folder with its data.
pub struct Folder {
    pub folder: TempDir,
}

impl Folder {
    /// The starter campus, listening on `mqtt` and `http`, open to clients without a name, with an
    /// area that nobody may enter at any hour.
    pub fn new(mqtt: SocketAddr, http: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("campus");
        campus::init(&root, "west").expect("a starter campus");
        edit(
            &root,
            "campus.toml",
            "listen = \"127.0.0.1:1883\"",
            &format!("listen = \"{mqtt}\"\nanonymous = true"),
        );
        edit(
            &root,
            "campus.toml",
            "listen = \"127.0.0.1:8080\"",
            &format!("listen = \"{http}\"\nanonymous_read = true"),
        );
        edit(
            &root,
            "policies/entry.cedar",
            "@id(\"library-hours\")",
            "@id(\"library-never\")\n@otherwise(\"deny_schedule\")\n\
             permit (principal in Role::\"teacher\", action == Action::\"enter\", resource in Area::\"library\")\n\
             when { context.minute > 1439 };\n\n@id(\"library-hours\")",
        );
        edit(
            &root,
            "policies/entry.cedar",
            "    [Role::\"student\", Role::\"teacher\"].contains(principal.role) &&\n    context",
            "    principal.role == Role::\"student\" &&\n    context",
        );
        Self { folder }
    }

    pub fn campus(&self) -> std::path::PathBuf {
        self.folder.path().join("campus")
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// The database, to be changed beside the controller.
    pub fn editor(&self) -> Editor {
        fs::create_dir_all(self.data()).expect("a folder");
        Editor::open(&self.data().join(database::FILE_NAME)).expect("a database")
    }

    /// Puts people and cards into the database.
    pub fn people(&self, holders: &[(Person, Card)]) {
        let mut editor = self.editor();
        let people = holders.iter().map(|(person, _)| person);
        editor
            .put_people_and_cards(people, holders.iter().map(|(_, card)| card))
            .expect("people are written");
    }
}

/// Changes a file of a campus.
pub fn edit(root: &Path, file: &str, from: &str, to: &str) {
    let path = root.join(file);
    let text = fs::read_to_string(&path).expect("a file");
    assert!(text.contains(from), "{file} has no `{from}`");
    fs::write(&path, text.replacen(from, to, 1)).expect("written");
}

/// A person with a card.
pub fn holder(number: &str, kind: PersonKind, card: &str, state: CardState) -> (Person, Card) {
    let person = Person {
        id: number.parse().expect("a code"),
        name: format!("人{number}"),
        kind,
        groups: [].into(),
        grants: [].into(),
        dormitory: None,
        trainings: [].into(),
        quarantined: false,
        passback_exempt: false,
        valid_from: None,
        valid_until: None,
    };
    let card = Card {
        credential: card.parse().expect("a card"),
        person: person.id.clone(),
        state,
        state_since: None,
        valid_from: None,
        valid_until: None,
    };
    (person, card)
}

/// A controller on a thread of its own.
pub struct Running {
    pub mqtt: SocketAddr,
    pub http: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts the controller of `folder`.
    pub fn start(folder: &Folder) -> Self {
        let (campus, data) = (folder.campus(), folder.data());
        let (told, address) = mpsc::sync_channel(1);
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || {
            let campus = Campus::load(&campus).unwrap_or_else(|mistakes| panic!("{mistakes}"));
            actix::System::new().block_on(async {
                let controller = Controller::start(campus, &data).await.expect("it starts");
                let mqtt = controller.broker_address().expect("an embedded broker");
                told.send((mqtt, controller.http_address())).expect("somebody waits");
                // Stopped by order, or because the test is over.
                let _ = stopped.await;
                controller.stop().await;
            });
        });
        let (mqtt, http) = address.recv().expect("the controller starts");
        Self { mqtt, http, stop: Some(stop), thread: Some(thread) }
    }

    /// Stops it in order.
    pub fn stop(mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the controller stops in order");
        }
    }
}

/// Now, for what a reader says.
pub fn now() -> Time {
    onecard_devices::clock::Now::now(&onecard::clock::SystemClock)
}
