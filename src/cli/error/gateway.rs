//! Errors of the gateway and of the machine's scheduler in words.

use super::Words;
use crate::i18n::{Catalog, Value};
use crate::ports::gateway::GatewayError;
use crate::ports::scheduler::SchedulerError;

/// The gateway, asked for `instance`.
pub fn gateway(instance: &str, error: &GatewayError, catalog: &Catalog) -> Words {
    let mut args: Vec<(&str, Value<'_>)> = vec![("instance", instance.into())];
    let (key, detail) = match error {
        GatewayError::Unreachable { address, detail } => {
            args.push(("address", address.as_str().into()));
            ("gateway-unreachable", Some(detail.clone()))
        }
        GatewayError::TimedOut(limit) => {
            args.push(("seconds", limit.as_secs().max(1).to_string().into()));
            ("gateway-timeout", None)
        }
        GatewayError::Unauthorized => ("gateway-unauthorized", None),
        GatewayError::UnknownInstance => ("gateway-unknown-instance", None),
        GatewayError::NotConnected => ("gateway-not-connected", None),
        GatewayError::RateLimited { .. } => ("gateway-rate-limited", None),
        GatewayError::Restricted(detail) => ("gateway-restricted", Some(detail.clone())),
        GatewayError::Refused { call, status, detail } => {
            args.push(("call", call.as_str().into()));
            args.push(("status", status.to_string().into()));
            let key = match status {
                300..=399 => "gateway-redirects",
                // Said by whatever stands before the gateway, or by one that is not ready to work.
                502..=504 => "gateway-down",
                _ => "gateway-refused",
            };
            (key, Some(detail.clone()))
        }
        GatewayError::UnexpectedAnswer { call, detail } => {
            args.push(("call", call.as_str().into()));
            ("gateway-unexpected-answer", Some(detail.clone()))
        }
    };
    Words::new(catalog.text(key, &args))
        .detail(detail.unwrap_or_default())
        .hint(catalog.text(&format!("{key}-hint"), &args))
}

/// cron or Task Scheduler.
pub fn scheduler(error: &SchedulerError, catalog: &Catalog) -> Words {
    let (key, program, detail) = match error {
        SchedulerError::CannotRun { program, detail } => ("scheduler-cannot-run", program, detail),
        SchedulerError::Refused { program, detail } => ("scheduler-refused", program, detail),
    };
    let args = [("program", Value::from(program.as_str()))];
    Words::new(catalog.text(key, &args))
        .detail(detail)
        .hint(catalog.text(&format!("{key}-hint"), &args))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lang::Lang;

    #[test]
    fn what_stands_before_the_gateway_is_told_from_the_gateway() {
        let said = |status: u16| {
            let error = GatewayError::Refused {
                call: "GET /instance/connectionState".to_owned(),
                status,
                detail: "502 Bad Gateway".to_owned(),
            };
            format!("{:?}", gateway("loja", &error, &Catalog::new(Lang::PtBr)))
        };
        assert!(said(502).contains("não está atendendo") && said(504).contains("HTTP 504"));
        assert!(said(301).contains("outro endereço"), "{}", said(301));
        for status in [400, 403, 500] {
            assert!(said(status).contains("O gateway recusou"), "{}", said(status));
        }
    }
}
