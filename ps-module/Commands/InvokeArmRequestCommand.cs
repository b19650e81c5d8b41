using System;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Calls Azure Resource Manager with the connection's sign-in, for what no other cmdlet covers.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ArmRequest", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PSObject))]
public sealed class InvokeArmRequestCommand : ChangeCmdlet
{
    /// <summary>The HTTP method: GET, the default, HEAD, PUT, PATCH, POST or DELETE.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(HttpMethodCompleter))]
    [AllowEmptyString]
    public string Method { get; set; } = "GET";

    /// <summary>
    /// The path, which begins with a slash, with or without a query. {subscriptionId} in it stands for the subscription.
    /// A whole URL may be given, too, if it is one of the connection's Azure Resource Manager. An object with a property
    /// Id or ResourceId stands for its id.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [Alias("Uri")]
    [AllowEmptyString]
    [AllowNull]
    public PSObject?[]? Path { get; set; }

    /// <summary>The version of the API, such as 2024-11-30, where the path does not name it.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? ApiVersion { get; set; }

    /// <summary>What to send: JSON, or a table, an object or a list that becomes JSON.</summary>
    [Parameter]
    [Alias("Payload")]
    public object? Body { get; set; }

    /// <summary>Reads all pages of a list, and returns its items.</summary>
    [Parameter]
    public SwitchParameter Paginate { get; set; }

    /// <summary>Waits until Azure is done with what the call began, and returns what became of it.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    private bool Reads =>
        Method.Equals("GET", StringComparison.OrdinalIgnoreCase) || Method.Equals("HEAD", StringComparison.OrdinalIgnoreCase);

    private protected override void Process()
    {
        foreach (var one in Path ?? [null])
        {
            Try(() => Call(PathOf(one)), one);
        }
    }

    private string PathOf(PSObject? one) =>
        one?.BaseObject as string ?? ResourceReference.Id(nameof(Path), one, Subscription);

    private void Call(string path)
    {
        var request = new ArmInvokeRequest(Client, Method, path)
        {
            SubscriptionId = SubscriptionId,
            ApiVersion = ApiVersion,
            Body = BodyText(),
            Paginate = Paginate,
            Wait = Wait,
        };
        if (Reads)
        {
            Submit(request, new Operation(path) { OnItem = Write });
        }
        else
        {
            Change(request, $"Send {Method.ToUpperInvariant()}", path, onItem: Write);
        }
    }

    private string? BodyText() => Body switch
    {
        null => null,
        string json => json,
        PSObject { BaseObject: string json } => json,
        _ => JsonWriter.Write(nameof(Body), Body),
    };

    private void Write(object json) => WriteObject(JsonReader.Read((string)json), enumerateCollection: true);
}
