using System.Linq;
using System.Threading;
using ManagedIdentity.Errors;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>The queue's wrapper: waiting, order, cancelling, and the end.</summary>
public sealed class QueueTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    [Fact]
    public void A_queue_with_nothing_in_it_is_drained()
    {
        using var queue = new OperationQueue(1, verbose: false);
        Assert.Equal(TakeResult.Drained, queue.Take(0, out var taken));
        Assert.Equal(default, taken);
        Assert.Equal(TakeResult.Drained, queue.Take(-1, out _));
    }

    [Fact]
    public void Waiting_for_what_takes_longer_times_out()
    {
        using var slow = new SlowEmulator();
        using var queue = new OperationQueue(1, verbose: false);
        Assert.True(queue.Submit(slow.Connect(), 1));
        Assert.Equal(TakeResult.TimedOut, queue.Take(0, out var taken));
        Assert.Equal(TakeResult.TimedOut, queue.Take(20, out taken));
        Assert.Equal(default, taken);
    }

    [Fact]
    public void Events_come_in_the_order_of_submission()
    {
        using var queue = new OperationQueue(8, verbose: false);
        for (ulong tag = 1; tag <= 40; tag++)
        {
            Assert.True(queue.Submit(new IdentityListRequest(fixture.Client, new()), tag));
        }

        var ends = Run.Events(queue).Where(one => one.Kind == OperationEventKind.Done).Select(one => one.Tag);
        Assert.Equal(Enumerable.Range(1, 40).Select(tag => (ulong)tag), ends);
    }

    [Fact]
    public void Verbose_lines_come_when_they_are_asked_for()
    {
        var request = new IdentityListRequest(fixture.Client, new());
        Assert.Contains(Run.Events(request, verbose: true), one => one.Kind == OperationEventKind.Verbose && one.Message!.StartsWith("GET ", System.StringComparison.Ordinal));
        Assert.DoesNotContain(Run.Events(request), one => one.Kind == OperationEventKind.Verbose);
    }

    [Fact]
    public void Cancelling_wakes_whoever_waits()
    {
        using var slow = new SlowEmulator();
        using var queue = new OperationQueue(1, verbose: false);
        Assert.True(queue.Submit(slow.Connect(), 1));
        OperationEvent last = default;
        var waiter = new Thread(() => queue.Take(-1, out last));
        waiter.Start();
        queue.Cancel();
        waiter.Join();
        Assert.Equal(Failures.OperationCanceled, last.Failure!.Code);
        Assert.Equal(TakeResult.Drained, queue.Take(-1, out _));
        Assert.False(queue.Submit(slow.Connect(), 2));
    }

    [Fact]
    public void Disposing_wakes_whoever_waits()
    {
        using var slow = new SlowEmulator();
        var queue = new OperationQueue(1, verbose: false);
        Assert.True(queue.Submit(slow.Connect(), 1));
        // Whoever comes too late to wait is refused.
        var waiter = new Thread(() => Record.Exception(() => queue.Take(-1, out _)));
        waiter.Start();
        queue.Dispose();
        waiter.Join();
    }

    [Fact]
    public void A_queue_that_was_disposed_of_says_so()
    {
        var queue = new OperationQueue(1, verbose: false);
        queue.Dispose();
        queue.Dispose();
        queue.Cancel();
        var error = Assert.Throws<CallRefusedException>(() => queue.Take(0, out _));
        Assert.Equal("NativeCallFailed", Failures.Of(error).Code);
        Assert.Throws<CallRefusedException>(() => queue.Submit(fixture.Connect(), 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_loss_waits_for_the_answer_to_its_warning(bool goOn)
    {
        Make("id1");
        Run.Item<VmIdentity>(Update(ResourceIdentityType.UserAssigned, "id1"));
        using var queue = new OperationQueue(2, verbose: true);
        Assert.True(queue.Submit(Update(ResourceIdentityType.None), 1));
        var events = Run.Events(queue, goOn);
        var warning = Assert.Single(events, one => one.Kind == OperationEventKind.GuardedWarning);
        Assert.Equal(1UL, warning.Tag);
        Assert.Contains("loses id1", warning.Message);
        Assert.NotEqual(0UL, warning.Guard);
        Assert.Equal(goOn, events.Exists(one => one.Kind == OperationEventKind.Verbose && one.Message!.StartsWith("PATCH ", System.StringComparison.Ordinal)));
        Assert.Equal(goOn ? null : "WarningRefused", events[^1].Failure?.Code);
        // Nobody waits for another answer.
        OperationQueue.AnswerGuard(warning.Guard, goOn: true);
    }

    [Fact]
    public void A_loss_that_waits_for_its_answer_ends_when_it_is_cancelled()
    {
        Make("id1");
        Run.Item<VmIdentity>(Update(ResourceIdentityType.UserAssigned, "id1"));
        using var queue = new OperationQueue(1, verbose: false);
        Assert.True(queue.Submit(Update(ResourceIdentityType.None), 1));
        Assert.Equal(TakeResult.Taken, queue.Take(-1, out var warning));
        Assert.Equal(OperationEventKind.GuardedWarning, warning!.Kind);
        queue.Cancel();
        Assert.Equal(TakeResult.Taken, queue.Take(-1, out var last));
        Assert.Equal(Failures.OperationCanceled, last.Failure!.Code);
        OperationQueue.AnswerGuard(warning.Guard, goOn: true);
        var machine = Run.Item<VmIdentity>(new ResourceIdentityGetRequest(fixture.Client, ResourceKind.VirtualMachine, Target("myVM")));
        Assert.Equal(ResourceIdentityType.UserAssigned, machine.Type);
    }

    [Fact]
    public void A_plan_that_was_agreed_to_binds()
    {
        Make("id1");
        Run.Item<VmIdentity>(Update(ResourceIdentityType.UserAssigned, "id1"));
        var request = Update(ResourceIdentityType.None);
        request.PlanOnly = true;
        var plan = Run.Item<ChangePlan>(request);
        Assert.True(plan.Changes);
        var change = Update(ResourceIdentityType.SystemAssigned);
        change.Agreed = plan.Agreement;
        Assert.Equal(Failures.PlanChanged, Run.Failure(change).Code);
        // An agreement to nothing is one.
        request.PlanOnly = false;
        request.Agreed = "";
        Assert.Equal(Failures.PlanChanged, Run.Failure(request).Code);
        request.Agreed = plan.Agreement;
        Assert.Equal(ResourceIdentityType.None, Run.Item<VmIdentity>(request).Type);
    }

    private void Make(string name) => Run.Item<UserAssignedIdentity>(new IdentityCreateRequest(fixture.Client, Target(name)));

    private ResourceIdentityUpdateRequest Update(ResourceIdentityType type, params string[] identities) =>
        new(fixture.Client, ResourceKind.VirtualMachine, Target("myVM")) { ExactType = type, Add = identities };

    private static ResourceTarget Target(string name) => new() { ResourceGroupName = EmulatorFixture.Group, Name = name };

    [Fact]
    public void A_connection_that_was_closed_is_refused()
    {
        var connection = Run.Item<ManagedIdentityConnection>(fixture.Connect());
        var client = connection.Client;
        Assert.True(connection.IsConnected);
        connection.Close(ConnectionEnd.Disconnected);
        connection.Close(ConnectionEnd.Disconnected);
        Assert.False(connection.IsConnected);
        using var queue = new OperationQueue(1, verbose: false);
        var error = Assert.Throws<CallRefusedException>(() => queue.Submit(new IdentityListRequest(client, new()), 1));
        Assert.Contains("status 17", Failures.Of(error).Message);
        Assert.Equal(TakeResult.Drained, queue.Take(0, out _));
    }
}
