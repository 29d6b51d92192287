//! Asking a running controller over HTTP, by an operator's token.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context as _, bail};
use clap::Args;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// Far more than an answer takes; an order is answered when it is on disk.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where the token is looked for without a file.
const TOKEN_VARIABLE: &str = "ONECARD_TOKEN";

/// A running controller.
#[derive(Debug, Clone, Args)]
pub struct Controller {
    /// Where its HTTP interface listens.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "HOST:PORT")]
    http: String,
    /// File that holds an operator's token, on its first line; without it the variable
    /// `ONECARD_TOKEN` counts.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// What a refusal says.
#[derive(Debug, Deserialize)]
struct Refusal {
    code: String,
    detail: String,
}

impl Controller {
    /// Reads something.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let request = agent().get(self.url(path));
        let request = match self.token()? {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        self.taken(request.call())
    }

    /// Gives an order.
    pub fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> anyhow::Result<T> {
        let token = self.needed_token()?;
        let request = agent().post(self.url(path));
        let request = request
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        self.taken(request.send(body.to_string()))
    }

    /// Takes something back.
    pub fn delete<T: DeserializeOwned>(&self, path: &str, why: &str) -> anyhow::Result<T> {
        let token = self.needed_token()?;
        let request = agent().delete(self.url(path)).query("why", why);
        self.taken(request.header("authorization", format!("Bearer {token}")).call())
    }

    fn needed_token(&self) -> anyhow::Result<String> {
        self.token()?.with_context(|| {
            format!(
                "orders need an operator's token: set {TOKEN_VARIABLE} or give --token-file; \
                 `onecard operator add` makes one"
            )
        })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.http)
    }

    fn token(&self) -> anyhow::Result<Option<String>> {
        let text = match &self.token_file {
            Some(file) => fs::read_to_string(file)
                .with_context(|| format!("cannot read `{}`", file.display()))?,
            None => std::env::var(TOKEN_VARIABLE).unwrap_or_default(),
        };
        let token = text.lines().next().unwrap_or_default().trim();
        Ok((!token.is_empty()).then(|| token.to_owned()))
    }

    fn taken<T: DeserializeOwned>(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> anyhow::Result<T> {
        let unreachable =
            || format!("no controller answers at {}; is it running there? See --http", self.http);
        let mut answer = answer.with_context(unreachable)?;
        let body = answer.body_mut().read_to_string().with_context(unreachable)?;
        if !answer.status().is_success() {
            match serde_json::from_str::<Refusal>(&body) {
                // A rule of the ledger begins with its name.
                Ok(Refusal { code, detail }) if detail.starts_with(&code) => {
                    bail!("refused: {detail}")
                }
                Ok(Refusal { code, detail }) => bail!("refused ({code}): {detail}"),
                Err(_) => bail!("refused with status {}", answer.status()),
            }
        }
        serde_json::from_str(&body)
            .context("the answer is not one of this program; are both of the same version?")
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .proxy(None)
        .build();
    config.into()
}
