using System;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>Each category of the library is PowerShell's of the same name.</summary>
public sealed class ErrorCategoryTests
{
    public static TheoryData<string> Categories => [.. Enum.GetNames(typeof(FailureCategory))];

    [Theory]
    [MemberData(nameof(Categories))]
    public void Category_keeps_its_name(string name) =>
        Assert.Equal(name, ErrorCategories.From((FailureCategory)Enum.Parse(typeof(FailureCategory), name)).ToString());

    [Fact]
    public void An_unknown_category_is_not_specified() =>
        Assert.Equal(ErrorCategory.NotSpecified, ErrorCategories.From((FailureCategory)int.MaxValue));

    [Fact]
    public void A_failure_keeps_all_that_is_known_of_it()
    {
        var error = Failures.Of(new OperationFailure
        {
            Code = "Code",
            Message = "Message.",
            Category = FailureCategory.ResourceBusy,
            HttpStatus = 409,
            Target = "target",
            Recommendation = "Do this.",
            RequestId = "r",
            CorrelationId = "c",
            Request = "PATCH /x",
            RawError = "{}",
        });
        Assert.Equal(("Code", "Message.", ErrorCategory.ResourceBusy), (error.Code, error.Message, error.Category));
        Assert.Equal((409, "target", "Do this."), (error.HttpStatus, error.Target, error.Recommendation));
        Assert.Equal(("r", "c", "PATCH /x", "{}"), (error.RequestId, error.CorrelationId, error.Request, error.RawError));
    }
}
