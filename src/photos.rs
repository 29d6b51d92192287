//! Photos of people: files beside the databases, one a person, of what the card office delivers.
//!
//! The office has the originals, so they are no part of a backup; whoever lost them imports them
//! again. Who may see them is the interface's business, which people there are the import's.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use onecard_rules::ids::PersonId;

/// The folder of photos in the data folder.
const FOLDER: &str = "photos";
/// The longest photo, in bytes: twice what a card office prints from, and a guard's page loads it in
/// a moment.
pub const LONGEST: usize = 512 * 1024;

/// How a photo is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Jpeg,
    Png,
    Webp,
}

impl Format {
    /// By how the file begins, whatever it is called.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// As in HTTP.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// The photos in a data folder.
#[derive(Debug, Clone)]
pub struct Photos {
    folder: PathBuf,
}

impl Photos {
    #[must_use]
    pub fn in_data(data: &Path) -> Self {
        Self { folder: data.join(FOLDER) }
    }

    /// A number may be `..`, but never with an ending.
    fn file(&self, person: &PersonId, ending: &str) -> PathBuf {
        self.folder.join(format!("{person}.{ending}"))
    }

    /// A person's photo, if there is one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn find(&self, person: &PersonId) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.file(person, "photo")) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts a person's photo in place of the old one, at once and whole, over a kill, too.
    ///
    /// # Errors
    /// When it cannot be written; the old one is still there then.
    pub fn put(&self, person: &PersonId, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let new = self.file(person, "new");
        let mut file = File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(new, self.file(person, "photo"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_how_the_file_begins() {
        let rows: [(&[u8], Option<Format>); 7] = [
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Some(Format::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some(Format::Png)),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Some(Format::Webp)),
            (b"RIFF\x24\0\0\0WAVEfmt ", None),
            (b"GIF89a", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", None),
            (b"", None),
        ];
        for (bytes, format) in rows {
            assert_eq!(Format::of(bytes), format, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_new_photo_takes_the_place_of_the_old_one_whatever_the_number_is() {
        let data = tempfile::tempdir().expect("a folder");
        let photos = Photos::in_data(data.path());
        for person in ["20240311", "..", ".", "a.photo"] {
            let person: PersonId = person.parse().expect("a code");
            assert_eq!(photos.find(&person).expect("readable"), None, "{person}");
            for photo in [b"one", b"two"] {
                photos.put(&person, photo).expect("written");
                assert_eq!(photos.find(&person).expect("readable"), Some(photo.to_vec()));
            }
        }
        assert_eq!(fs::read_dir(data.path()).expect("readable").count(), 1, "all in their folder");
    }
}
