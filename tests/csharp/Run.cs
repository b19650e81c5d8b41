using System.Collections.Generic;
using System.Linq;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>Runs single operations, as the cmdlets do it for many.</summary>
internal static class Run
{
    /// <summary>All events of an operation.</summary>
    public static List<OperationEvent> Events(Request request, bool verbose = false)
    {
        using var queue = new OperationQueue(1, verbose);
        Assert.True(queue.Submit(request, 7));
        return Events(queue);
    }

    /// <summary>All events of what was submitted, by a host that goes on at every guarded warning, or at none.</summary>
    public static List<OperationEvent> Events(OperationQueue queue, bool goOn = true)
    {
        var events = new List<OperationEvent>();
        while (queue.Take(-1, out var taken) == TakeResult.Taken)
        {
            events.Add(taken);
            if (taken.Kind == OperationEventKind.GuardedWarning)
            {
                OperationQueue.AnswerGuard(taken.Guard, goOn);
            }
        }

        return events;
    }

    /// <summary>The results of an operation that ends well.</summary>
    public static List<T> Items<T>(Request request)
    {
        var events = Events(request);
        var last = events[^1];
        Assert.True(last.Kind == OperationEventKind.Done, last.Failure?.Message);
        return events.Where(one => one.Kind == OperationEventKind.Item).Select(one => one.Item).OfType<T>().ToList();
    }

    /// <summary>The one result of an operation that ends well.</summary>
    public static T Item<T>(Request request) => Assert.Single(Items<T>(request));

    /// <summary>The error of an operation that fails.</summary>
    public static ManagedIdentityException Failure(Request request)
    {
        var last = Events(request)[^1];
        Assert.Equal(OperationEventKind.Failed, last.Kind);
        return Failures.Of(last.Failure!);
    }
}
