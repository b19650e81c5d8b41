namespace ManagedIdentity.Models;

/// <summary>A federated credential of a user-assigned managed identity: whose tokens may act as the identity.</summary>
public sealed class FederatedIdentityCredential
{
    /// <summary>The resource id, as Azure writes it.</summary>
    public string Id { get; internal set; } = "";

    /// <summary>The name.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>The name of the identity.</summary>
    public string? IdentityName { get; internal set; }

    /// <summary>The resource group of the identity.</summary>
    public string? ResourceGroupName { get; internal set; }

    /// <summary>The subscription's id.</summary>
    public string? SubscriptionId { get; internal set; }

    /// <summary>The URL of the issuer.</summary>
    public string Issuer { get; internal set; } = "";

    /// <summary>Whom the issuer must name; null where there is an expression.</summary>
    public string? Subject { get; internal set; }

    /// <summary>What the claims of a token must match, in a flexible credential; null where there is a subject.</summary>
    public string? ClaimsMatchingExpression { get; internal set; }

    /// <summary>The version of the expression's language; null where there is none.</summary>
    public int? ClaimsMatchingExpressionVersion { get; internal set; }

    /// <summary>Whom the token must be for: one.</summary>
    public string[] Audience { get; internal set; } = [];

    /// <summary><c>Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials</c>.</summary>
    public string Type { get; internal set; } = "";

    /// <inheritdoc/>
    public override string ToString() => Id;
}
