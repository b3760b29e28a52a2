//! The codes that were issued in all transcripts, with whose they are.

use crate::judge::returned::Returned;
use crate::transcript::Transcript;

/// One code and where it came from.
#[derive(Debug, Clone)]
pub(super) struct Issued<'a> {
    pub(super) transcript: &'a Transcript,
    pub(super) flow: usize,
    /// User name of the account that was meant to log in.
    pub(super) account: Option<&'a str>,
    /// The code as the platform's parser yields it.
    pub(super) code: String,
}

/// All codes, in order of transcripts and flows.
pub(super) fn issued<'a>(transcripts: &[&'a Transcript]) -> Vec<Issued<'a>> {
    let flows = transcripts
        .iter()
        .flat_map(|&transcript| (0..transcript.flows.len()).map(move |flow| (transcript, flow)));
    flows
        .filter_map(|(transcript, flow)| {
            let returned = Returned::of(transcript, flow)?;
            let code = returned.code()?;
            let account = returned
                .given
                .account
                .as_ref()
                .map(|account| account.username.as_str());
            Some(Issued {
                transcript,
                flow,
                account,
                code,
            })
        })
        .collect()
}
