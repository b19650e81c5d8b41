using System;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// A cmdlet that changes resources. Under -WhatIf and -Confirm it first finds out what would change, so that the user
/// reads what would happen, and nothing happens that the user did not agree to.
/// </summary>
public abstract class ChangeCmdlet : LongRunningCmdlet
{
    // That of the SupportsShouldProcess of every cmdlet that derives from this.
    private const ConfirmImpact Impact = ConfirmImpact.Medium;

    // "Yes to All" answers every later question, too: without a limit, a resource that changes at every look would be
    // planned without end.
    private const int MostPlans = 5;

    private bool _whatIf;
    private bool _confirm;

    private protected override bool OnlyPlans => _whatIf;

    private protected override bool IsForJob => AsJob && !_whatIf;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _whatIf = IsBound("WhatIf") ?? LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));
        _confirm = IsBound("Confirm") ?? IsAskedByPreference();
        if (IsForJob && _confirm)
        {
            Fail(Failures.ConfirmInJob());
        }

        base.BeginProcessing();
    }

    /// <summary>Makes a change, unless -WhatIf or the user says no.</summary>
    /// <param name="request">The change.</param>
    /// <param name="action">What it does, such as "Delete user-assigned identity".</param>
    /// <param name="input">What the user gave.</param>
    /// <param name="onDone">What to do when it has ended well.</param>
    /// <param name="onItem">What to do with each result; it is written when this is null.</param>
    private protected void Change(
        ChangeRequest request, string action, object? input, Action? onDone = null, Action<object>? onItem = null)
    {
        Operation Made() => new(input) { OnItem = onItem ?? WriteObject, OnDone = onDone };

        if (_whatIf || _confirm)
        {
            PlanFirst(request, input, Made, MostPlans);
        }
        else if (ShouldProcess(PlainText.Of(request.Target.ToString()), action))
        {
            Submit(request, Made());
        }
    }

    /// <summary>
    /// Finds out what would change, asks, and carries out what was agreed to. When more would change by then, it asks
    /// again.
    /// </summary>
    private void PlanFirst(ChangeRequest request, object? input, Func<Operation> made, int plansLeft)
    {
        void Decide(object item)
        {
            var plan = (ChangePlan)item;
            if (!IsWanted(plan))
            {
                return;
            }

            request.PlanOnly = false;
            request.Agreed = plan.Agreement;
            var operation = made();
            operation.OnFailed = Failed;
            Submit(request, operation);
        }

        void Failed(ManagedIdentityException error)
        {
            if (error.Code == Failures.PlanChanged && plansLeft > 1)
            {
                PlanFirst(request, input, made, plansLeft - 1);
            }
            else
            {
                Report(error, input);
            }
        }

        request.PlanOnly = true;
        request.Agreed = null;
        Submit(request, new Operation(input) { OnItem = Decide });
    }

    private protected override void PlanUnknown(string? parameter)
    {
        var plan = $"{MyInvocation.MyCommand.Name}: the change is not known yet, because -{parameter} is null or empty";
        ShouldProcess(plan, $"{plan}.", "Confirm");
    }

    private bool IsWanted(ChangePlan plan)
    {
        // Where nothing changes there is nothing to ask.
        if (!plan.Changes && !_whatIf)
        {
            return true;
        }

        return ShouldProcess(plan.Description, $"{plan.Description}?", "Confirm") && !_whatIf;
    }

    /// <summary>Whether the session asks. What a script sets may be the name of the impact.</summary>
    private bool IsAskedByPreference() =>
        LanguagePrimitives.TryConvertTo<ConfirmImpact>(GetVariableValue("ConfirmPreference"), out var least) &&
        least is not ConfirmImpact.None and <= Impact;

    private bool? IsBound(string name) =>
        MyInvocation.BoundParameters.TryGetValue(name, out var bound) ? LanguagePrimitives.IsTrue(bound) : null;
}
