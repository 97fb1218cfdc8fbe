using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Algorithms.Catalog;

/// <summary>What makes a learner, or the game of an agent, of options: a public constructor, found by reflection.</summary>
public sealed record Learner(ConstructorInfo Constructor, ParameterInfo Parameter, Type Options)
{
    private static readonly Mdp Grid = new GridMap("S.\n.G").ToMdp(0.9, GoalRule.Restart);

    /// <summary>All agents and learners of the library that take options.</summary>
    public static IReadOnlyList<Learner> All { get; } =
    [
        .. from type in typeof(IAgent).Assembly.GetExportedTypes()
           where !type.IsAbstract && (type.IsAssignableTo(typeof(IAgent)) || type.IsAssignableTo(typeof(IActorCritic)) || type.IsAssignableTo(typeof(IIterative)))
           from constructor in type.GetConstructors()
           from parameter in constructor.GetParameters()
           where parameter.Name == "options"
           from options in typeof(IAgent).Assembly.GetExportedTypes()
           where options == parameter.ParameterType || (!options.IsAbstract && options.IsAssignableTo(parameter.ParameterType) && !HasLearnerOfItsOwn(options))
           select new Learner(constructor, parameter, options),
    ];

    public string Name => Options == Parameter.ParameterType ? Constructor.DeclaringType!.Name : $"{Constructor.DeclaringType!.Name} of {Options.Name}";

    private static bool HasLearnerOfItsOwn(Type options) => typeof(IAgent).Assembly.GetExportedTypes()
        .SelectMany(type => type.GetConstructors()).SelectMany(constructor => constructor.GetParameters())
        .Any(parameter => parameter.Name == "options" && parameter.ParameterType == options);

    /// <summary>Whether a method is made of these options.</summary>
    public bool Makes(Method method) => method.Accepted.Select(option => option.Name).Order()
        .SequenceEqual(OptionsOf(Options).Select(option => NameOf(option.Property)).Order());

    /// <summary>Makes one as a user's program does.</summary>
    public object Create(object options)
    {
        try
        {
            return Constructor.Invoke([.. Constructor.GetParameters().Select(parameter =>
                parameter == Parameter ? options
                : parameter.ParameterType == typeof(Mdp) ? Grid
                : parameter.ParameterType == typeof(AgentTask) ? AgentTask.RealActions(3, 1)
                : parameter.ParameterType == typeof(RandomStream) ? new RandomStream(1)
                : parameter.Name is "observationSize" ? 3
                : parameter.Name is "actionSize" or "actionCount" ? (object)2
                : throw new InvalidOperationException($"what is '{parameter.Name}' of {Name}?"))]);
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            throw e.InnerException;
        }
    }

    /// <summary>The options of a record, each with the record in which it is.</summary>
    public static IEnumerable<(PropertyInfo Property, Func<object, object> Owner)> OptionsOf(Type record) =>
        from property in record.GetProperties()
        where property.CanWrite
        from option in property.PropertyType.IsClass
            ? OptionsOf(property.PropertyType).Select(inner => (inner.Property, (Func<object, object>)(options => property.GetValue(options)!)))
            : [(property, (Func<object, object>)(options => options))]
        select option;

    /// <summary>Name of an option on the command line.</summary>
    public static string NameOf(PropertyInfo option) => JsonNamingPolicy.SnakeCaseLower.ConvertName(option.Name);

    /// <summary>Values of an option's type that it must not take.</summary>
    public static IEnumerable<object> Wrong(PropertyInfo option)
    {
        if (option.PropertyType.IsEnum)
        {
            yield return Enum.ToObject(option.PropertyType, 99);
        }

        if (option.PropertyType == typeof(double))
        {
            yield return double.NaN;
            yield return double.PositiveInfinity;
        }

        if (option.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            (double low, double high) = (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));
            yield return option.PropertyType == typeof(int) ? (object)((int)low - 1) : Math.BitDecrement(low);
            yield return option.PropertyType == typeof(int) ? (object)((int)high + 1) : Math.BitIncrement(high);
        }
    }
}
