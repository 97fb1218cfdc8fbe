using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Training;
using FsCheck;
using FsCheck.Fluent;

namespace Dyad.Tests.Unit.Training;

/// <summary>Methods with options that are drawn.</summary>
internal static class MethodOptions
{
    /// <summary>Neural methods with accepted changes of some options, drawn from around their values.</summary>
    public static Arbitrary<(string Name, (string Name, string Value)[] Changes)> Any() => Arb.From(
        from method in Gen.Elements(AgentMethods.All.ToArray())
        from chosen in Gen.SubListOf(method.With([]).Options.ToArray())
        from changes in Gen.CollectToArray(chosen, Change)
        where IsAccepted(method, changes)
        select (method.Name, changes));

    public static MethodConfig Config(string method, IReadOnlyList<(string Name, string Value)> changes) =>
        MethodConfig.Of(MethodCatalog.Agent(method).Id, Resolve(method, changes));

    public static IReadOnlyList<(string Name, object Value)> Resolve(string method, IReadOnlyList<(string Name, string Value)> changes) =>
        MethodCatalog.Agent(method).With(changes).Options;

    private static Gen<(string Name, string Value)> Change((string Name, object Value) option) => option.Value switch
    {
        double number => Gen.Elements(0.5, 0.25, 1.0, 0.1, 3e-4).Select(factor => (option.Name, NumberText.Of(number * factor))),
        int number => Gen.Choose(Math.Max(1, number), number + 3).Select(value => (option.Name, $"{value}")),
        bool => Gen.Elements((option.Name, "true"), (option.Name, "false")),
        object text => Gen.Constant((option.Name, text.ToString()!)),
    };

    private static bool IsAccepted(Method<AgentTask, IAgent> method, IReadOnlyList<(string Name, string Value)> changes)
    {
        try
        {
            method.With(changes);
            return true;
        }
        catch (UserError)
        {
            return false;
        }
    }
}
