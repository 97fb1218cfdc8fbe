using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Algorithms.Catalog;

/// <summary>All methods, neural and tabular.</summary>
public static class MethodCatalog
{
    /// <summary>Those with a name of their own, in the order of a listing.</summary>
    public static IReadOnlyList<Method> All { get; } = [.. AgentMethods.All, .. TabularMethods.All];

    /// <summary>
    /// The methods of a name: one, or a tabular and a neural one, which a task tells apart. A combination of leader and correction
    /// without a name of its own is found by the one that is printed of it.
    /// </summary>
    /// <exception cref="UserError">There is none; the sentence names near ones.</exception>
    public static IReadOnlyList<Method> Find(string name)
    {
        Method[] found = [.. All.Concat(AgentMethods.Combinations).Where(method => method.Name == name)];
        return found.Length > 0
            ? found
            : throw new UserError($"there is no method '{name}'; {NearNames.Hint(name, [.. All.Select(method => method.Name)])}");
    }

    /// <summary>A neural method by its name.</summary>
    /// <exception cref="UserError">There is none; the sentence names near ones.</exception>
    public static Method<AgentTask, IAgent> Agent(string name) =>
        Find(name).OfType<Method<AgentTask, IAgent>>().FirstOrDefault() ?? throw new UserError($"{name} is no neural method");

    /// <summary>A tabular method by its name.</summary>
    /// <exception cref="UserError">There is none; the sentence names near ones.</exception>
    public static Method<Mdp, IIterative> Tabular(string name) =>
        Find(name).OfType<Method<Mdp, IIterative>>().FirstOrDefault() ?? throw new UserError($"{name} is no tabular method");
}
