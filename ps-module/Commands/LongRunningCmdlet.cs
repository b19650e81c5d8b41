using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet whose operations take long, so that it can run as a job.</summary>
public abstract class LongRunningCmdlet : SubscriptionCmdlet
{
    /// <summary>What is not for the job: it has the session's own way, or names variables of the session.</summary>
    private static readonly string[] s_ofThisSession =
    [
        nameof(AsJob), "Debug", "ErrorVariable", "WarningVariable", "InformationVariable", "OutVariable", "OutBuffer", "PipelineVariable",
    ];

    private readonly List<PSObject?> _piped = [];
    private Dictionary<string, object> _parameters = [];
    private bool _hasWork;

    /// <summary>Runs in the background, and returns the job. With -WhatIf, there is no job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>Whether the work is for a job.</summary>
    private protected virtual bool IsForJob => AsJob;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (AsJob && Given.Delayed is { } parameter)
        {
            Fail(Failures.ScriptBlockForJob(parameter));
        }

        // Nothing of the pipeline is bound yet.
        _parameters = MyInvocation.BoundParameters
            .Where(bound => !s_ofThisSession.Contains(bound.Key))
            .ToDictionary(bound => bound.Key, bound => bound.Value);
        // A default of the session may turn it on.
        _parameters[nameof(AsJob)] = false;
        _parameters[nameof(Connection)] = Connection!;
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        if (!IsForJob)
        {
            base.ProcessRecord();
            return;
        }

        _hasWork = true;
        if (MyInvocation.ExpectingInput)
        {
            _piped.AddRange(Piped());
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_hasWork)
        {
            StartJob();
        }

        base.EndProcessing();
    }

    private void StartJob()
    {
        var command = new CmdletInfo(MyInvocation.MyCommand.Name, GetType());
        var job = new CommandJob(command, _parameters, JobSession.Open(this));
        JobRepository.Add(job);
        job.Start(MyInvocation.ExpectingInput ? _piped : null);
        WriteObject(job);
    }

    /// <summary>
    /// What the pipeline has just brought: what is bound by value, which is the object itself, or else an object with the
    /// properties that are bound.
    /// </summary>
    private IEnumerable<PSObject?> Piped()
    {
        var bound = MyInvocation.BoundParameters;
        var byValue = MyInvocation.MyCommand.Parameters.Values
            .FirstOrDefault(parameter => parameter.ParameterSets.Values.Any(set => set.ValueFromPipeline));
        if (byValue is not null && Given.IsFromPipeline(byValue.Name))
        {
            return bound[byValue.Name] is PSObject?[] several ? several : [(PSObject?)bound[byValue.Name]];
        }

        var row = new PSObject();
        foreach (var name in bound.Keys.Where(Given.IsFromPipeline))
        {
            // The table may still have what an earlier object brought.
            if (GetType().GetProperty(name)?.GetValue(this) is { } value)
            {
                row.Properties.Add(new PSNoteProperty(name, value));
            }
        }

        return [row];
    }
}
