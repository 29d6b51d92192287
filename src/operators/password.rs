//! Passwords of people: Argon2id, as OWASP asks for it (19 MiB, two passes).

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString},
};
use rand::{TryRngCore as _, rngs::OsRng};

use crate::store::operator::{NoRandomness, new_secret};

/// Fewest characters of a password that somebody has chosen.
pub const CHARS_MIN: usize = 10;
/// Most bytes of a password; longer ones only cost time.
pub const BYTES_MAX: usize = 512;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordMistake {
    #[error("a password has at least {CHARS_MIN} characters")]
    Short,
    #[error("a password has at most {BYTES_MAX} bytes")]
    Long,
    #[error("the system gives no random numbers, or no memory to hash with")]
    System,
}

/// A password to be typed: 80 random bits in groups.
///
/// # Errors
/// When the system gives no random numbers.
pub fn random() -> Result<String, NoRandomness> {
    let secret = new_secret()?;
    let groups = secret.as_bytes().chunks(5).take(4);
    let groups: Vec<_> = groups.map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    Ok(groups.join("-"))
}

/// What is kept of a password, in the PHC form.
///
/// # Errors
/// When it is too short or too long.
pub fn hash(password: &str) -> Result<String, PasswordMistake> {
    if password.chars().count() < CHARS_MIN {
        return Err(PasswordMistake::Short);
    }
    if password.len() > BYTES_MAX {
        return Err(PasswordMistake::Long);
    }
    let mut salt = [0; 16];
    OsRng.try_fill_bytes(&mut salt).map_err(|_| PasswordMistake::System)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordMistake::System)?;
    let hashed = Argon2::default().hash_password(password.as_bytes(), &salt);
    hashed.map(|hash| hash.to_string()).map_err(|_| PasswordMistake::System)
}

/// Whether that is the password behind a kept hash. Takes as long without a hash, so that an answer's
/// time does not tell who is known here.
#[must_use]
pub fn is_right(password: &str, kept: Option<&str>) -> bool {
    // Of no password at all.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                          AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if password.len() > BYTES_MAX {
        return false;
    }
    let Ok(hash) = PasswordHash::new(kept.unwrap_or(NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other_is() {
        let kept = hash("correct horse 马").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(is_right("correct horse 马", Some(&kept)));
        for wrong in ["", "correct horse", "Correct horse 马", &"x".repeat(BYTES_MAX + 1)] {
            assert!(!is_right(wrong, Some(&kept)), "{wrong}");
        }
        assert!(!is_right("correct horse 马", None));
        assert!(!is_right("correct horse 马", Some("damaged")));
        assert_ne!(kept, hash("correct horse 马").unwrap(), "the salt tells equal passwords apart");
        assert_eq!(hash("九个字的密码不够长"), Err(PasswordMistake::Short));
        assert_eq!(hash(&"x".repeat(BYTES_MAX + 1)), Err(PasswordMistake::Long));
    }
}
