//! Who may come in, and what they may do.

use super::reasons::{CLASSES, NO_AUTHORIZER, NO_JVM, NO_SASL, NO_TLS, NO_TOKENS};
use crate::config::check::{Check, at_least, between};
use crate::config::row::{PER_BROKER, READ_ONLY, chapter};

chapter! {
    /// TLS, SASL and ACLs. This release speaks plain text to a network that it trusts, so a listener that asks for more is
    /// refused, and so is every key that would lead somebody to believe that there is more.
    "Security";

    no_effect {
        /// The principals that may do everything, with semicolons between.
        "super.users": String = "", Check::Any, READ_ONLY, NO_AUTHORIZER;
        /// Whether what no ACL speaks of is allowed.
        "allow.everyone.if.no.acl.found": Boolean = "false", Check::Any, READ_ONLY, NO_AUTHORIZER;
        /// How long an authenticated connection lives before it must authenticate again, in milliseconds; 0 for ever.
        "connections.max.reauth.ms": Long = "0", Check::Any, READ_ONLY, NO_SASL;
        /// The mechanism by which brokers authenticate to one another.
        "sasl.mechanism.inter.broker.protocol": String = "GSSAPI", Check::Any, PER_BROKER, NO_SASL;
        /// The mechanism by which nodes authenticate to controllers.
        "sasl.mechanism.controller.protocol": String = "GSSAPI", Check::Any, READ_ONLY, NO_SASL;
        /// The largest SASL message that is read, in bytes.
        "sasl.server.max.receive.size": Int = "524288", Check::Any, READ_ONLY, NO_SASL;
        /// The name of the Kerberos principal that brokers run as.
        "sasl.kerberos.service.name": String = null, Check::Any, PER_BROKER, NO_SASL;
        /// The path of Kerberos' kinit.
        "sasl.kerberos.kinit.cmd": String = "/usr/bin/kinit", Check::Any, PER_BROKER, NO_SASL;
        /// After which part of a Kerberos ticket's life it is renewed.
        "sasl.kerberos.ticket.renew.window.factor": Double = "0.8", Check::Any, PER_BROKER, NO_SASL;
        /// How much that moment varies at random, as a fraction.
        "sasl.kerberos.ticket.renew.jitter": Double = "0.05", Check::Any, PER_BROKER, NO_SASL;
        /// How long Kerberos logins lie apart at least, in milliseconds.
        "sasl.kerberos.min.time.before.relogin": Long = "60000", Check::Any, PER_BROKER, NO_SASL;
        /// How Kerberos principals become user names.
        "sasl.kerberos.principal.to.local.rules": List = "DEFAULT", Check::Any, PER_BROKER, NO_SASL;
        /// How long a login provider may take to accept a connection, in milliseconds.
        "sasl.login.connect.timeout.ms": Int = null, Check::Any, READ_ONLY, NO_SASL;
        /// How long a login provider may take to answer, in milliseconds.
        "sasl.login.read.timeout.ms": Int = null, Check::Any, READ_ONLY, NO_SASL;
        /// After which part of a credential's life it is refreshed.
        "sasl.login.refresh.window.factor": Double = "0.8", Check::Any, PER_BROKER, NO_SASL;
        /// How much that moment varies at random, as a fraction.
        "sasl.login.refresh.window.jitter": Double = "0.05", Check::Any, PER_BROKER, NO_SASL;
        /// How long a credential is kept at least before it is refreshed, in seconds.
        "sasl.login.refresh.min.period.seconds": Short = "60", Check::Any, PER_BROKER, NO_SASL;
        /// How long before its end a credential is refreshed at the latest, in seconds.
        "sasl.login.refresh.buffer.seconds": Short = "300", Check::Any, PER_BROKER, NO_SASL;
        /// How long a login rests after a first failure, in milliseconds.
        "sasl.login.retry.backoff.ms": Long = "100", Check::Any, READ_ONLY, NO_SASL;
        /// How long a login rests at most between two attempts, in milliseconds.
        "sasl.login.retry.backoff.max.ms": Long = "10000", Check::Any, READ_ONLY, NO_SASL;
        /// By how much clocks may differ when an OAuth token is checked, in seconds.
        "sasl.oauthbearer.clock.skew.seconds": Int = "30", Check::Any, READ_ONLY, NO_SASL;
        /// How often the keys of an OAuth provider are fetched anew, in milliseconds.
        "sasl.oauthbearer.jwks.endpoint.refresh.ms": Long = "3600000", Check::Any, READ_ONLY, NO_SASL;
        /// How long the fetch of an OAuth provider's keys rests after a first failure, in milliseconds.
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms": Long = "100", Check::Any, READ_ONLY, NO_SASL;
        /// How long that fetch rests at most between two attempts, in milliseconds.
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms": Long = "10000", Check::Any, READ_ONLY, NO_SASL;
        /// The scope that is asked of an OAuth provider.
        "sasl.oauthbearer.scope": String = null, Check::Any, READ_ONLY, NO_SASL;
        /// The claim of an OAuth token that holds its scope.
        "sasl.oauthbearer.scope.claim.name": String = "scope", Check::Any, READ_ONLY, NO_SASL;
        /// The claim of an OAuth token that holds its subject.
        "sasl.oauthbearer.sub.claim.name": String = "sub", Check::Any, READ_ONLY, NO_SASL;
        /// Whether the client id and secret are URL-encoded for an OAuth provider.
        "sasl.oauthbearer.header.urlencode": Boolean = "false", Check::Any, READ_ONLY, NO_SASL;
        /// How assertions to an OAuth provider are signed.
        "sasl.oauthbearer.assertion.algorithm": String = "RS256", Check::Any, READ_ONLY, NO_SASL;
        /// The audience that an assertion to an OAuth provider names.
        "sasl.oauthbearer.assertion.claim.aud": String = null, Check::Any, READ_ONLY, NO_SASL;
        /// How long an assertion to an OAuth provider is valid, in seconds.
        "sasl.oauthbearer.assertion.claim.exp.seconds": Int = "300", between(0, 86_400), READ_ONLY, NO_SASL;
        /// The issuer that an assertion to an OAuth provider names.
        "sasl.oauthbearer.assertion.claim.iss": String = null, Check::Any, READ_ONLY, NO_SASL;
        /// Whether an assertion to an OAuth provider has an id of its own.
        "sasl.oauthbearer.assertion.claim.jti.include": Boolean = "false", Check::Any, READ_ONLY, NO_SASL;
        /// How long before its making an assertion is already valid, in seconds.
        "sasl.oauthbearer.assertion.claim.nbf.seconds": Int = "60", between(0, 3600), READ_ONLY, NO_SASL;
        /// The subject that an assertion to an OAuth provider names.
        "sasl.oauthbearer.assertion.claim.sub": String = null, Check::Any, READ_ONLY, NO_SASL;
        /// A file with a ready assertion for an OAuth provider.
        "sasl.oauthbearer.assertion.file": String = null, Check::Any, READ_ONLY, NO_SASL;
        /// A file with the key that signs assertions.
        "sasl.oauthbearer.assertion.private.key.file": String = null, Check::Any, READ_ONLY, NO_SASL;
        /// The passphrase of that key.
        "sasl.oauthbearer.assertion.private.key.passphrase": Password = null, Check::Any, READ_ONLY, NO_SASL;
        /// A file with the fixed parts of assertions.
        "sasl.oauthbearer.assertion.template.file": String = null, Check::Any, READ_ONLY, NO_SASL;
        /// The id by which this node is known to an OAuth provider.
        "sasl.oauthbearer.client.credentials.client.id": String = null, Check::Any, READ_ONLY, NO_SASL;
        /// The secret that goes with that id.
        "sasl.oauthbearer.client.credentials.client.secret": Password = null, Check::Any, READ_ONLY, NO_SASL;
        /// Where an OAuth provider gives out tokens.
        "sasl.oauthbearer.token.endpoint.url": String = null, Check::Any, READ_ONLY, NO_SASL;
        /// The newest version of TLS that is spoken.
        "ssl.protocol": String = "TLSv1.3", Check::Any, PER_BROKER, NO_TLS;
        /// The versions of TLS that are spoken.
        "ssl.enabled.protocols": List = "TLSv1.2,TLSv1.3", Check::Any, PER_BROKER, NO_TLS;
        /// The cipher suites that are spoken; empty for all that are safe.
        "ssl.cipher.suites": List = "", Check::Any, PER_BROKER, NO_TLS;
        /// How the name in a peer's certificate is compared with its address.
        "ssl.endpoint.identification.algorithm": String = "https", Check::Any, PER_BROKER, NO_TLS;
        /// The format of the key store.
        "ssl.keystore.type": String = "JKS", Check::Any, PER_BROKER, NO_TLS;
        /// The format of the trust store.
        "ssl.truststore.type": String = "JKS", Check::Any, PER_BROKER, NO_TLS;
        /// How the JVM finds keys.
        "ssl.keymanager.algorithm": String = "SunX509", Check::Any, PER_BROKER, NO_TLS;
        /// How the JVM finds trusted certificates.
        "ssl.trustmanager.algorithm": String = "PKIX", Check::Any, PER_BROKER, NO_TLS;
        /// Which of the JVM's providers speaks TLS.
        "ssl.provider": String = null, Check::Any, PER_BROKER, NO_TLS;
        /// Where the JVM takes random numbers for TLS from.
        "ssl.secure.random.implementation": String = null, Check::Any, PER_BROKER, NO_TLS;
        /// Whether a certificate may be replaced by one for another name.
        "ssl.allow.dn.changes": Boolean = "false", Check::Any, READ_ONLY, NO_TLS;
        /// Whether a certificate may be replaced by one for other alternative names.
        "ssl.allow.san.changes": Boolean = "false", Check::Any, READ_ONLY, NO_TLS;
        /// How the name in a client's certificate becomes a user name.
        "ssl.principal.mapping.rules": String = "DEFAULT", Check::Any, READ_ONLY, NO_TLS;
        /// Classes that add security providers to the JVM.
        "security.providers": String = null, Check::Any, READ_ONLY, NO_JVM;
        /// How long a delegation token can be renewed, in milliseconds.
        "delegation.token.max.lifetime.ms": Long = "604800000", at_least(1), READ_ONLY, NO_TOKENS;
        /// How long a delegation token is valid between renewals, in milliseconds.
        "delegation.token.expiry.time.ms": Long = "86400000", at_least(1), READ_ONLY, NO_TOKENS;
        /// How often expired delegation tokens are looked for, in milliseconds.
        "delegation.token.expiry.check.interval.ms": Long = "3600000", at_least(1), READ_ONLY, NO_TOKENS;
    }
    refused {
        /// What decides who may do what; Kafka's own is `org.apache.kafka.metadata.authorizer.StandardAuthorizer`.
        "authorizer.class.name": String = "", Check::Any, READ_ONLY, NO_AUTHORIZER;
        /// A plug-in that names the user behind a connection.
        "principal.builder.class": Class = "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder", Check::Any, READ_ONLY, CLASSES;
        /// The mechanisms by which clients may authenticate.
        "sasl.enabled.mechanisms": List = "GSSAPI", Check::Any, READ_ONLY, NO_SASL;
        /// The credentials of SASL, in the form of Java's login module.
        "sasl.jaas.config": Password = null, Check::Any, READ_ONLY, NO_SASL;
        /// A plug-in for the client's side of SASL.
        "sasl.client.callback.handler.class": Class = null, Check::Any, READ_ONLY, NO_SASL;
        /// A plug-in for the server's side of SASL.
        "sasl.server.callback.handler.class": Class = null, Check::Any, READ_ONLY, NO_SASL;
        /// A plug-in for SASL logins.
        "sasl.login.callback.handler.class": Class = null, Check::Any, READ_ONLY, NO_SASL;
        /// A plug-in that keeps SASL logins fresh.
        "sasl.login.class": Class = null, Check::Any, READ_ONLY, NO_SASL;
        /// Where the keys of an OAuth provider are found.
        "sasl.oauthbearer.jwks.endpoint.url": String = null, Check::Any, READ_ONLY, NO_SASL;
        /// The audiences of which an OAuth token must name one.
        "sasl.oauthbearer.expected.audience": List = "", Check::Any, READ_ONLY, NO_SASL;
        /// The issuer that an OAuth token must name.
        "sasl.oauthbearer.expected.issuer": String = null, Check::Any, READ_ONLY, NO_SASL;
        /// Whether OAuth tokens for anybody are accepted.
        "sasl.oauthbearer.allow.unverified.audience": Boolean = "false", Check::Any, READ_ONLY, NO_SASL;
        /// Whether OAuth tokens from anybody are accepted.
        "sasl.oauthbearer.allow.unverified.issuer": Boolean = "false", Check::Any, READ_ONLY, NO_SASL;
        /// A plug-in that fetches OAuth tokens.
        "sasl.oauthbearer.jwt.retriever.class": Class = "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever", Check::Any, READ_ONLY, NO_SASL;
        /// A plug-in that checks OAuth tokens.
        "sasl.oauthbearer.jwt.validator.class": Class = "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator", Check::Any, READ_ONLY, NO_SASL;
        /// Whether clients must show a certificate: `required`, `requested` or `none`.
        "ssl.client.auth": String = "none", Check::OneOf(&["required", "requested", "none"]), READ_ONLY, NO_TLS;
        /// The file with this node's key and certificate.
        "ssl.keystore.location": String = null, Check::Any, READ_ONLY, NO_TLS;
        /// The password of that file.
        "ssl.keystore.password": Password = null, Check::Any, READ_ONLY, NO_TLS;
        /// This node's key itself, as PEM.
        "ssl.keystore.key": Password = null, Check::Any, READ_ONLY, NO_TLS;
        /// This node's certificate and those above it, as PEM.
        "ssl.keystore.certificate.chain": Password = null, Check::Any, READ_ONLY, NO_TLS;
        /// The password of this node's key.
        "ssl.key.password": Password = null, Check::Any, READ_ONLY, NO_TLS;
        /// The file with the certificates that are trusted.
        "ssl.truststore.location": String = null, Check::Any, READ_ONLY, NO_TLS;
        /// The password of that file.
        "ssl.truststore.password": Password = null, Check::Any, READ_ONLY, NO_TLS;
        /// The trusted certificates themselves, as PEM.
        "ssl.truststore.certificates": Password = null, Check::Any, READ_ONLY, NO_TLS;
        /// A plug-in that speaks TLS.
        "ssl.engine.factory.class": Class = null, Check::Any, READ_ONLY, NO_TLS;
        /// The secret with which delegation tokens are signed, the same on all nodes.
        "delegation.token.secret.key": Password = null, Check::Any, READ_ONLY, NO_TOKENS;
    }
}
