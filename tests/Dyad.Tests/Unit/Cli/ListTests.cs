using Dyad.Environments;

namespace Dyad.Tests.Unit.Cli;

/// <summary>What <c>list</c> leaves out nobody finds.</summary>
[Trait("Category", "unit")]
[Collection(InProcess.Name)]
public sealed class ListTests
{
    [Fact]
    public void Every_environment_of_the_registry_is_listed() => Assert.Equal(
        EnvironmentRegistry.All.Select(task => task.Name).Order(),
        InProcess.Run("list", "environments", "--json").Json().EnumerateArray().Select(item => item.GetProperty("name").GetString()!).Order());
}
