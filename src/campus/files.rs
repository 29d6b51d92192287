//! Files that settings name: whether they are there, and are what they should be. Whoever uses them
//! reads them again.

use std::{fs, path::Path};

use onecard_devices::link::outside;

use super::{
    mistake::Mistake,
    table::{Lined, Table},
};

/// Where a file is named.
pub(super) struct Named<'a> {
    pub table: &'a Table,
    pub key: &'static str,
    pub path: &'a Lined<String>,
    /// Relative paths begin here.
    pub folder: &'a Path,
}

impl Named<'_> {
    /// It has to hold a password as its first line.
    pub fn password(&self, mistakes: &mut Vec<Mistake>) {
        let mend = "write the password, as the broker knows it, into its first line";
        let Some(bytes) = self.read(mend, mistakes) else { return };
        let Ok(text) = String::from_utf8(bytes) else {
            return self.wrong("is not text in UTF-8", mend, mistakes);
        };
        if text.lines().next().unwrap_or_default().is_empty() {
            self.wrong("begins with an empty line", mend, mistakes);
        }
    }

    /// It has to hold those who may vouch for the broker at `host`.
    pub fn authorities(&self, host: &str, mistakes: &mut Vec<Mistake>) {
        let mend = "name the PEM file of who has signed the broker's certificate, such as \
                    \"/etc/ssl/certs/ca-certificates.crt\"";
        let Some(pem) = self.read(mend, mistakes) else { return };
        if let Err(mistake) = outside::Tls::new(&pem, host) {
            self.wrong(&format!("cannot be used: {mistake}"), mend, mistakes);
        }
    }

    /// It has to hold PEM whose heads end so: `CERTIFICATE`, or `PRIVATE KEY`.
    pub fn pem(&self, what: &str, mistakes: &mut Vec<Mistake>) {
        let mend = format!("name a PEM file with `-----BEGIN … {what}-----`");
        let Some(pem) = self.read(&mend, mistakes) else { return };
        let head = |line: &str| {
            line.starts_with("-----BEGIN ") && line.trim_end().ends_with(&format!("{what}-----"))
        };
        if !String::from_utf8_lossy(&pem).lines().any(head) {
            self.wrong(&format!("holds no {}", what.to_lowercase()), &mend, mistakes);
        }
    }

    fn read(&self, mend: &str, mistakes: &mut Vec<Mistake>) -> Option<Vec<u8>> {
        match fs::read(self.folder.join(&self.path.value)) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.wrong(&format!("cannot be read: {error}"), mend, mistakes);
                None
            }
        }
    }

    fn wrong(&self, what: &str, mend: &str, mistakes: &mut Vec<Mistake>) {
        let message = format!("`{}` {what}", self.path.value);
        mistakes.push(self.table.mistake(self.path.line, self.key, message, mend.to_owned()));
    }
}
