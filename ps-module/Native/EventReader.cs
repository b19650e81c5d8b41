using System;
using ManagedIdentity.Models;

namespace ManagedIdentity.Native;

/// <summary>Copies an event of the native library into objects.</summary>
internal static unsafe partial class EventReader
{
    public static OperationEvent Read(AzmiEvent* source) => new()
    {
        Tag = source->tag,
        Kind = (OperationEventKind)source->kind,
        Item = ReadItem(source),
        Message = source->message.Read(),
        Guard = source->guard,
        Progress = source->progress is null ? null : Read(source->progress),
        Failure = source->error is null ? null : Read(source->error),
        Question = source->question is null ? null : Read(source->question),
    };

    private static ResourceIdentity Make(AzmiResourceIdentity* source) => (ResourceKind)source->kind switch
    {
        ResourceKind.ScaleSet => new VmssIdentity { UpgradePolicyMode = source->upgrade_mode.Read() },
        ResourceKind.VirtualMachine => new VmIdentity(),
        _ => new ResourceIdentity(),
    };

    private static ManagedIdentityConnection Make(AzmiConnection* source) =>
        new(new ClientHandle(source->client, static client => NativeMethods.azmi_client_free(client)));

    private static bool? ReadExistence(uint existence) => (IdentityExistence)existence switch
    {
        IdentityExistence.Exists => true,
        IdentityExistence.Missing => false,
        _ => null,
    };

    private static T[] Each<T>(nuint count, Func<int, T> read)
    {
        var items = new T[checked((int)count)];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = read(i);
        }

        return items;
    }

    private static string[] Texts(AzmiStr* source, nuint count)
    {
        if (count == 0)
        {
            return [];
        }

        var texts = new string[checked((int)count)];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = source[i].ReadOrEmpty();
        }

        return texts;
    }

    /// <summary>The tags. Where there are none, no table is made: the property makes an empty one when it is read.</summary>
    private static TagTable Tags(AzmiTag* source, nuint count)
    {
        if (count == 0)
        {
            return null!;
        }

        var tags = new TagTable();
        for (nuint i = 0; i < count; i++)
        {
            tags[source[i].name.ReadOrEmpty()] = source[i].value.ReadOrEmpty();
        }

        return tags;
    }
}
