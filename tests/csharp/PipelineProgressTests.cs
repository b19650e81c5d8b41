using ManagedIdentity.Commands;
using Xunit;

namespace ManagedIdentity.Tests;

public sealed class PipelineProgressTests
{
    [Theory]
    [InlineData(10, 5, 10, 10)]
    [InlineData(10, 10, 10, 0)]
    [InlineData(2, 1, 101, 200)]
    public void The_rest_takes_as_long_as_it_took_so_far(double elapsed, int ended, int submitted, double left) =>
        Assert.Equal(left, PipelineProgress.SecondsLeft(elapsed, ended, submitted));

    [Fact]
    public void One_operation_is_no_fleet()
    {
        var fleet = new PipelineProgress("Test");
        fleet.Begin();
        Assert.False(fleet.HasSeveral);
        Assert.Null(fleet.End(failed: false));
        Assert.Null(fleet.Complete());
        fleet.Begin();
        Assert.True(fleet.HasSeveral);
    }
}
