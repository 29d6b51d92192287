//! `onecard phone`: binding a phone's key to a card, and codes as a phone shows them, for trying.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use onecard_devices::clock::Now as _;
use onecard_rules::{
    code::{Phone as Bound, PhoneKey, PhoneKeyMistake, PhoneSecret},
    credential::{Credential, bytes_of_hex},
    ids::PersonId,
};
use rand::TryRngCore as _;

use super::{DataFolder, say};
use crate::{
    clock::SystemClock,
    store::database::{self, Editor},
};

/// Phones in place of cards.
#[derive(Debug, Args)]
pub struct Phone {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Bind the public key of a person's phone to a card, in place of an earlier phone.
    #[command(
        after_help = "Example:\n  onecard phone bind --data DIR 20240311 D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A"
    )]
    Bind {
        #[command(flatten)]
        data: DataFolder,
        person: PersonId,
        /// The Ed25519 public key, 64 hexadecimal digits.
        #[arg(value_parser = public_key)]
        key: Box<PhoneKey>,
        /// The card that it stands for; the person's only active one, if none is named.
        #[arg(long)]
        card: Option<Credential>,
    },
    /// Make the codes of a person's phone worthless.
    Release {
        #[command(flatten)]
        data: DataFolder,
        person: PersonId,
    },
    /// Make a key as a phone does: the secret goes into FILE, the public key is printed.
    #[command(after_help = "Example:\n  onecard phone key my-phone.key")]
    Key { file: PathBuf },
    /// Print the code that a phone with this key shows at this moment.
    #[command(
        after_help = "Example:\n  mosquitto_pub -q 1 -t onecard/college/campus/reader/north-1-in/swipe \\\n    -m \"{\\\"code\\\": \\\"$(onecard phone code my-phone.key 20240311)\\\"}\""
    )]
    Code { file: PathBuf, person: PersonId },
}

pub fn run(verb: &Phone) -> anyhow::Result<ExitCode> {
    match &verb.verb {
        Verb::Bind { data, person, key, card } => {
            let mut editor = Editor::open(&data.data.join(database::FILE_NAME))?;
            let card = match card {
                Some(card) => *card,
                None => editor.only_card(person)?,
            };
            let since = SystemClock.now();
            editor.put_phone(&Bound {
                person: person.clone(),
                card,
                key: (**key).clone(),
                since,
            })?;
            say(&format!("the phone of {person} stands for card {card} from now on"));
        }
        Verb::Release { data, person } => {
            let mut editor = Editor::open(&data.data.join(database::FILE_NAME))?;
            if !editor.release_phone(person)? {
                anyhow::bail!("no phone of `{person}` is bound");
            }
            say(&format!("the phone of {person} opens nothing any more"));
        }
        Verb::Key { file } => {
            let mut random = [0; 32];
            rand::rngs::OsRng
                .try_fill_bytes(&mut random)
                .context("the system gives no random bytes")?;
            write_secret(file, &random)?;
            say(&PhoneSecret::of(&random).key().to_string());
        }
        Verb::Code { file, person } => {
            say(&read_secret(file)?.code(person, SystemClock.now()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn public_key(text: &str) -> Result<Box<PhoneKey>, PhoneKeyMistake> {
    text.parse().map(Box::new)
}

fn write_secret(file: &Path, secret: &[u8; 32]) -> anyhow::Result<()> {
    use std::{fmt::Write as _, io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let mut digits = String::new();
    secret.iter().try_for_each(|byte| write!(digits, "{byte:02x}"))?;
    let refused = || format!("cannot make `{}`; it must not be there yet", file.display());
    let mut made = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .with_context(refused)?;
    writeln!(made, "{digits}").with_context(refused)
}

fn read_secret(file: &Path) -> anyhow::Result<PhoneSecret> {
    let name = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read `{name}`"))?;
    let secret = bytes_of_hex(text.trim()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let secret = secret
        .with_context(|| format!("`{name}` holds no key; `onecard phone key FILE` makes one"))?;
    Ok(PhoneSecret::of(&secret))
}
